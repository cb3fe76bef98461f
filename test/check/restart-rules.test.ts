/** Rules of a restart that the API server takes, and that do nothing. */
import test from 'ava'
import { findings } from '../support/check.ts'

const write = (rules: string): string => `apiVersion: v1
kind: Pod
metadata:
  annotations:
    podorder.io/steps: a, b
spec:
  restartPolicy: Never
  containers:
    - name: a
      image: r.example/a
      command: [/a]
      restartPolicy: Never
      restartPolicyRules: ${rules}
    - {name: b, image: r.example/b, command: [/b]}
`

const said = async (rules: string) =>
  (await findings(write(rules))).flatMap(({ level, what, at }) =>
    what.includes('no exit code') ? [`${level} ${at.line} ${what}`] : [],
  )

const rule = (codes: string): string => `{action: Restart, exitCodes: ${codes}}`

test('a rule that no exit code meets is warned about, where it is written', async (t) => {
  t.deepEqual(await said(`[${rule('{operator: In, values: [3]}')}, ${rule('{operator: In, values: []}')}]`), [
    'warning 13 no exit code meets its restartPolicyRules[1]: it lists none',
  ])
  t.deepEqual(await said(`[${rule('{operator: In}')}]`), [
    'warning 13 no exit code meets its restartPolicyRules[0]: it lists none',
  ])
  t.deepEqual(await said(`[${rule('{operator: In, values: [-1, 256]}')}]`), [
    'warning 13 no exit code meets its restartPolicyRules[0]: exit codes are 0 to 255',
  ])
})

test('a Job whose absence counts is noted', async (t) => {
  const text = write('[]').replace(
    'podorder.io/steps: a, b',
    "podorder.io/depends-on: 'b: {job/x: {absent: completed}}'",
  )
  const notes = (await findings(text)).filter(({ rule }) => rule === 'advice').map(({ level, what }) => [level, what])
  t.deepEqual(notes, [['note', 'job/x counts as completed while it does not exist, also before it is created']])
})

test('nothing is said of a rule that one meets', async (t) => {
  for (const codes of [
    '{operator: In, values: [256, 3]}',
    '{operator: NotIn, values: []}',
    '{operator: NotIn, values: [300]}',
  ]) {
    t.deepEqual(await said(`[${rule(codes)}]`), [])
  }
})
