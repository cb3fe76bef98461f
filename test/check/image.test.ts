/** Can a node get the images of a pod? */
import test from 'ava'
import { findings } from '../support/check.ts'

const write = (web: string, init = ''): string => `apiVersion: v1
kind: Pod
metadata:
  annotations:
    podorder.io/steps: db, web
spec:
  restartPolicy: Never
  initContainers: [${init}]
  containers:
    - {name: db, image: postgres:16, command: [postgres]}
    - {name: web, command: [/web], ${web}}
`

const places = async (text: string, image?: string): Promise<readonly string[]> =>
  (await findings(text, image === undefined ? {} : { rewrite: { image } })).map(
    ({ rule, level, at, container }) => `${level} ${rule} ${container} ${at.line}:${at.column}`,
  )

test('one that only the machine has that built it is warned about, where it is written', async (t) => {
  t.deepEqual(await places(write('image: localhost/web:1')), ['warning image web 11:43'])
  t.deepEqual(await places(write('image: web:1', '{name: setup, image: localhost/setup:1}')), [
    'warning image setup 8:41',
  ])
  t.deepEqual(await places(write('image: web:1'), 'localhost/podorder:1'), ['warning image podorder-init 1:1'])
})

test('one image is told once', async (t) => {
  const text = write('image: localhost/web:1', '{name: setup, image: localhost/web:1}')
  t.deepEqual(await places(text), ['warning image setup 8:41'])
})

for (const web of [
  'image: localhost:5000/web:1',
  'image: localhosts/web:1',
  'image: registry.example/localhost/web:1',
  'image: localhost/web:1, imagePullPolicy: Never',
]) {
  test(`nothing is said of ${web}`, async (t) => t.deepEqual(await places(write(web)), []))
}
