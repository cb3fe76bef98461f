/** Variables from files: what they need, and when they are read. */
import test from 'ava'
import { findings } from '../support/check.ts'

const write = (ref: string, inits = '[]'): string => `apiVersion: v1
kind: Pod
metadata:
  annotations:
    podorder.io/steps: a, b
spec:
  restartPolicy: Never
  volumes: [{name: made, emptyDir: {}}]
  initContainers: ${inits}
  containers:
    - {name: a, image: r.example/a, command: [/a], volumeMounts: [{name: made, mountPath: /made}]}
    - name: b
      image: r.example/b
      command: [/b]
      env:
        - {name: X, value: x}
        - {name: A, valueFrom: {fileKeyRef: {volumeName: made, path: a.env, key: A${ref}}}}
`

const said = async (text: string) =>
  (await findings(text)).flatMap(({ rule, level, at, what }) =>
    rule === 'version' || what.includes('is read') ? [`${level} ${rule} ${at.line} ${what}`] : [],
  )

const version =
  'note version 17 its variables from files (fileKeyRef) need Kubernetes 1.35, or 1.34 with the feature gate EnvFiles'

test('a file that no init container can have written is read before the gate opens', async (t) => {
  t.deepEqual(await said(write('')), [
    version,
    'note advice 17 A is read from volume "made" before b begins to wait: the container is made only once the file is there',
  ])
  t.deepEqual(await said(write(', optional: true')), [
    version,
    'warning advice 17 A is read from volume "made" before b begins to wait: without a file then it is missing',
  ])
})

test('what an init container writes is there', async (t) => {
  const init = '[{name: i, image: r.example/i, volumeMounts: [{name: made, mountPath: /made}]}]'
  t.deepEqual(await said(write('', init)), [version])
})
