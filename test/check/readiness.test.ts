import test from 'ava'
import { findings } from '../support/check.ts'

const write = (db: string, dependsOn = '{db: ready}', spec = 'restartPolicy: Never'): string => `
apiVersion: v1
kind: Pod
metadata: {name: shop, annotations: {podorder.io/depends-on: 'web: ${dependsOn}'}}
spec:
  ${spec}
  containers:
    - {name: db, image: r.example/db, command: [/db]${db}}
    - {name: web, image: r.example/web, command: [/web]}
`

const said = async (text: string) =>
  (await findings(text)).filter(({ what }) => what.includes('has no probe')).map(({ level, fix }) => [level, fix])

test('ready of what has no probe is warned about where its work may be meant', async (t) => {
  const fix = 'write "db: completed" to wait for its work, or give it a startupProbe or readinessProbe'
  t.deepEqual(await said(write('')), [['warning', fix]])
  t.deepEqual(await said(write('', '[db]')), [['warning', fix]])
  t.deepEqual(await said(write('', '{db: ready}', 'restartPolicy: OnFailure')), [['warning', fix]])
  t.deepEqual(await said(write(', restartPolicy: OnFailure', '{db: ready}', 'restartPolicy: Always')), [
    ['warning', fix],
  ])
})

test('a container that ends for good makes its pod unready, where that goes on', async (t) => {
  const ends = async (text: string) =>
    (await findings(text))
      .filter(({ what }) => what.includes('never ready again'))
      .map(({ at, level, fix }) => [at.line, level, fix])
  const own = ', restartPolicy: OnFailure'
  const held = 'remove its restartPolicy: its wrapper stays after success, because others wait for its end'
  t.deepEqual(await ends(write(own, '{db: completed}', '')), [[8, 'warning', held]])
  const loose = 'use an init container or a Job, or set restartPolicy: OnFailure for the pod if it should end'
  t.deepEqual(await ends(write(own, '{db: started}', '')), [[8, 'warning', loose]])
  t.deepEqual(await ends(write('', '{db: completed}', '')), [])
  t.deepEqual(await ends(write(', restartPolicy: Always', '{db: completed}', '')), [])
  for (const policy of ['OnFailure', 'Never']) {
    t.deepEqual(await ends(write(own, '{db: completed}', `restartPolicy: ${policy}`)), [])
  }
})

test('of a server it is a warning too', async (t) => {
  t.deepEqual(await said(write('', '{db: ready}', '')), [
    ['warning', 'give "db" a startupProbe or readinessProbe, or write "db: started"'],
  ])
})

test('nothing is said where something measures it, or nothing is to be measured', async (t) => {
  for (const field of ['readinessProbe', 'startupProbe']) {
    t.deepEqual(await said(write(`, ${field}: {tcpSocket: {port: 5432}}`)), [])
  }
  t.deepEqual(await said(write(', lifecycle: {postStart: {exec: {command: [/wait]}}}')), [])
  for (const condition of ['started', 'completed', 'ended'])
    t.deepEqual(await said(write('', `{db: ${condition}}`)), [])
})
