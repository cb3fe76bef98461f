/** Comments within a value that the rewrite replaces stay, where any reader of YAML finds them. */
import test from 'ava'
import { parse } from 'yaml'
import { eject, inject } from '../support/inject.ts'

const pod = (containers: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: p
  annotations: {podorder.io/depends-on: "{b: {a: ready}}"}
spec:
  containers:
${containers}`

const PODS: readonly (readonly [string, string])[] = [
  [
    'a container in brackets',
    `  - {name: a, image: a:1, command: [a], startupProbe: { # why
      exec: {command: [up]}}}
  - {name: b, image: b:1, command: [b]}
`,
  ],
  [
    'a value in brackets',
    `  - name: a
    image: a:1
    command: [a]
    startupProbe: { # why
      exec: {command: [up]}}
  - {name: b, image: b:1, command: [b]}
`,
  ],
  [
    'a probe whose map begins below it',
    `  - name: a
    image: a:1
    command: [a]
    startupProbe:
      # why
      exec: {command: [up]}
  - {name: b, image: b:1, command: [b]}
`,
  ],
]

for (const [what, containers] of PODS) {
  test(`a comment stays: ${what}`, async (t) => {
    const text = pod(containers)
    const after = await inject('in', text)
    t.is(after.code, 0, after.stderr)
    const line = after.stdout.split('\n').find((one) => !one.includes('annotations:') && one.includes('# why'))
    t.regex(line ?? '', /^ {4,}/)
    // A reader of YAML 1.2, which is strict about where lines within brackets begin.
    t.notThrows(() => parse(after.stdout) as unknown)
    t.is((await eject('in', after.stdout)).stdout, text)
  })
}
