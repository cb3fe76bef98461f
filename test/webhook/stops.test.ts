/** What the webhook says of stops is what inject says: flags of wrappers, preStop hooks, the times of the plan. */
import test from 'ava'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { admit, carryOut } from '../support/admission.ts'
import { inject } from '../support/inject.ts'

const IMAGE = 'registry.example/app:1'

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'shop',
    annotations: {
      'podorder.io/depends-on': 'migrate: {db: ready}\napp: {migrate: completed, cache: started}\nweb: {app: ready}',
      'podorder.io/options': 'db: {stopGracePeriod: 6s, stopSignal: SIGRTMIN+3}\n"*": {quiet: true}',
    },
  },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 25,
    containers: [
      { name: 'db', image: IMAGE, command: ['db'], lifecycle: { preStop: { sleep: { seconds: 2 } } } },
      { name: 'cache', image: IMAGE, command: ['cache'], lifecycle: { stopSignal: 'SIGQUIT' } },
      { name: 'migrate', image: IMAGE, command: ['migrate'] },
      {
        ...{ name: 'app', image: IMAGE, command: ['app'], ports: [{ name: 'admin', containerPort: 81 }] },
        livenessProbe: { httpGet: { path: '/', port: 'admin' }, terminationGracePeriodSeconds: 4 },
        lifecycle: { preStop: { httpGet: { path: '/drain', port: 'admin' } } },
      },
      { name: 'web', image: IMAGE, command: ['web'], lifecycle: { preStop: { exec: { command: ['drain', '$(X)'] } } } },
    ],
  },
}

for (const [what, annotations] of Object.entries({
  'in reverse': {},
  together: { 'podorder.io/stop-order': 'together' },
})) {
  test(`a pod that stops ${what} is the same from the webhook and from inject`, async (t) => {
    const pod = { ...POD, metadata: { ...POD.metadata, annotations: { ...POD.metadata.annotations, ...annotations } } }
    const said = await inject('pod.json', JSON.stringify(pod))
    t.is(said.code, 0, said.stderr)
    const injected = JSON.parse(said.stdout) as PodTemplate
    const admitted = carryOut(pod as PodTemplate, admit(pod as PodTemplate))
    t.deepEqual(admitted.spec, injected.spec)
    const flags = JSON.stringify(admitted.spec.containers)
    for (const flag of ['--stop-signal=SIGRTMIN+3', '--stop-signal=SIGQUIT', 'pre-stop'])
      t.true(flags.includes(flag), flag)
    t.is(flags.includes('--stop-after=web'), what === 'in reverse')
  })
}
