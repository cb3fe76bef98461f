import test from 'ava'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import { describeFault } from '../../src/manifest/tree.ts'
import { checkCare } from '../../src/probe/care-check.ts'
import { readCare } from '../../src/probe/care.ts'

test('probes and hooks are read with their named ports and their own grace periods', (t) => {
  const { care, faults } = readCare({
    name: 'a',
    ports: [{ name: 'web', containerPort: 8080 }],
    livenessProbe: { httpGet: { port: 'web', path: '/live' }, terminationGracePeriodSeconds: 7 },
    startupProbe: { exec: { command: ['true'] } },
    lifecycle: {
      postStart: { sleep: { seconds: 2 } },
      preStop: { httpGet: { port: 'web', path: '/bye' } },
    },
  })
  t.deepEqual(faults, [])
  t.deepEqual(Object.keys(care.probes).toSorted(), ['liveness', 'startup'])
  t.is(care.probes.liveness?.graceMs, 7000)
  t.is(care.probes.startup?.graceMs, undefined)
  t.like(care.probes.liveness, { check: { kind: 'http', port: 8080, path: '/live' } })
  t.deepEqual(care.hooks.postStart, { kind: 'sleep', ms: 2000 })
  t.like(care.hooks.preStop, { kind: 'check', check: { kind: 'http', port: 8080 } })
})

test('a container without any has none, nulls included', (t) => {
  const container = { name: 'a', livenessProbe: null, lifecycle: { postStart: null } }
  t.deepEqual(readCare(container).care, { probes: {}, hooks: {} })
  t.deepEqual(readCare({ name: 'a', lifecycle: null }).care, { probes: {}, hooks: {} })
})

function complain(manifest: string): readonly string[] {
  const [document] = readManifest(manifest).documents
  if (document === undefined) throw new Error('no document')
  return checkCare(document.tree()).map((fault) => describeFault('pod.yaml', fault))
}

test('what cannot be carried out is refused with its place, all at once', (t) => {
  t.deepEqual(
    complain(`kind: Pod
spec:
  initContainers:
    - {name: side, restartPolicy: Always, livenessProbe: {tcpSocket: {port: web}}}
  containers:
    - name: a
      livenessProbe: {exec: {command: []}}
      lifecycle:
        preStop: {tcpSocket: {port: 80}}
    - name: b
      lifecycle: [postStart]
`),
    [
      'pod.yaml:4:58: container "side": livenessProbe: tcpSocket.port "web" is not a named port of the container (it has none); name one of them or give a number; see kubectl explain pod.spec.containers.livenessProbe',
      'pod.yaml:7:22: container "a": livenessProbe: exec.command is empty; name the program to run; see kubectl explain pod.spec.containers.livenessProbe',
      'pod.yaml:11:18: container "b": lifecycle is a list, not a map; write postStart or preStop below it',
    ],
  )
})

test('a pod that is right has no faults', (t) => {
  t.deepEqual(complain('kind: Pod\nspec: {containers: [{name: a, lifecycle: {preStop: {sleep: {seconds: 1}}}}]}\n'), [])
})
