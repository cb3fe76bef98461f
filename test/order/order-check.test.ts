import test from 'ava'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import { block, describeAll, readOrderOf, readPod } from '../support/order-reading.ts'

// In main's shadow or not: the order, main, and what is said of it.
const SHADOWS: readonly (readonly [
  name: string,
  annotations: string,
  main: string,
  faults: readonly string[],
  warnings: readonly string[],
])[] = [
  [
    'what main waits for to complete may well complete',
    block('migrate: {db: ready}', 'app: {migrate: completed}'),
    'app',
    [],
    [],
  ],
  [
    'what starts after main has ended is stopped, and never completes',
    block('migrate: {app: completed}', 'cache: {migrate: completed}'),
    'app',
    [
      'pod.yaml:7:15: container "cache": waits for "migrate" to be completed, but that cannot happen: "migrate" starts only after main (app) has ended, and all other containers are stopped then; add "migrate" to podorder.io/main',
    ],
    [
      'pod.yaml:6:17: container "migrate": starts only after main has ended, and all containers that are not main are stopped then; add "migrate" to podorder.io/main, if its work is wanted',
      'pod.yaml:7:15: container "cache": starts only after main has ended, and all containers that are not main are stopped then; add "cache" to podorder.io/main, if its work is wanted',
    ],
  ],
  [
    'after one of two main containers there is time',
    block('migrate: {app: completed}', 'cache: {migrate: completed}'),
    'app, db',
    [],
    [],
  ],
  ['nor is one in the shadow that is main itself', block('migrate: {app: ended}'), 'app, migrate', [], []],
  [
    'an optional wait keeps nobody from starting',
    block('migrate: {app: {condition: ended, optional: true}}', 'cache: {migrate: ended}'),
    'app',
    [],
    [],
  ],
  [
    'a container that is skipped has ended at once',
    block('migrate: {app: completed}', 'cache: {migrate: ended}'),
    'app',
    [],
    [
      'pod.yaml:6:17: container "migrate": starts only after main has ended, and all containers that are not main are stopped then; add "migrate" to podorder.io/main, if its work is wanted',
    ],
  ],
  [
    'waiting for the end of what others use as a server may be a deadlock',
    block('migrate: {db: ready}', 'app: {migrate: completed, db: completed}'),
    'app',
    [],
    [
      'pod.yaml:7:33: container "app": waits for "db" to be completed, but other containers wait for "db" to be ready: a server does not end until main has ended, so if "db" is a server, the pod never ends; wait for "db" to be ready, or add it to podorder.io/main',
    ],
  ],
]

for (const [name, annotations, main, faults, warnings] of SHADOWS) {
  test(`main’s shadow: ${name}`, (t) => {
    const found = readPod(`podorder.io/main: ${main}\n${annotations}`)
    t.deepEqual(describeAll(found.faults), faults)
    t.deepEqual(describeAll(found.warnings), warnings)
  })
}

test('restartPolicy Always: what is waited for as completed is held, said once for each', (t) => {
  const { order, warnings } = readPod(block('app: {migrate: completed}', 'cache: {migrate: ended, db: ready}'), {
    restartPolicy: 'Always',
  })
  t.truthy(order)
  t.deepEqual(describeAll(warnings), [
    'pod.yaml:5:13: container "migrate": another container waits for its end, but its restartPolicy is Always: its wrapper stays after success (--hold); leave it so, or use an init container or a Job; do not give it a restartPolicy of its own, because a pod with an ended container is not ready',
  ])
})

test('a native sidecar that is waited for as completed may be an ordinary init container', (t) => {
  const { documents } = readManifest(`kind: Pod
metadata: {annotations: {podorder.io/depends-on: "app: {proxy: completed}"}}
spec:
  restartPolicy: Never
  initContainers: [{name: proxy, restartPolicy: Always}]
  containers: [{name: app}]
`)
  const { order, warnings } = readOrderOf(documents)
  t.truthy(order)
  t.deepEqual(
    warnings.map(({ fix }) => fix),
    ['leave it so, or remove its restartPolicy: an ordinary init container ends before the others start'],
  )
  const followed = readManifest(`kind: Pod
metadata: {annotations: {podorder.io/depends-on: "app: {proxy: completed}"}}
spec: {restartPolicy: Never, initContainers: [{name: proxy}], containers: [{name: app}]}
`)
  const read = readOrderOf(followed.documents)
  t.deepEqual([read.faults, read.warnings], [[], []])
})

test('waiting for a failure where the kubelet restarts what fails is warned of', (t) => {
  const { warnings } = readPod(block('app: {migrate: failed}'), { restartPolicy: 'OnFailure' })
  t.deepEqual(describeAll(warnings), [
    'pod.yaml:5:13: container "app": waits for "migrate" to have failed, but with restartPolicy OnFailure it is restarted until it succeeds; use restartPolicy Never',
  ])
  t.deepEqual(readPod(block('app: {migrate: failed}')).warnings, [])
})
