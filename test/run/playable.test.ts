import test from 'ava'
import type { Container, PodSpec, Volume } from '../../src/pod/pod.ts'
import { isLocalVolume, makePlayable, type PlayableParts, resolveSubPaths } from '../../src/run/playable.ts'

const NOTHING = { values: new Map<string, string>(), env: [], envFrom: [] }

function play(spec: Partial<PodSpec>, parts: Partial<PlayableParts> = {}) {
  const containers = spec.containers ?? [{ name: 'a', image: 'x' }]
  const whole = { name: 'shop-1', hostName: 'shop', directories: new Map(), environments: new Map(), ...parts }
  return makePlayable({ metadata: { name: 'shop' }, spec: { ...spec, containers } }, whole) as {
    readonly metadata: { readonly name: string }
    readonly spec: PodSpec & { readonly hostname: string }
  }
}

const LOCAL: readonly { readonly volume: Volume; readonly local: boolean }[] = [
  { volume: { name: 'v' }, local: true },
  { volume: { name: 'v', emptyDir: {} }, local: true },
  { volume: { name: 'v', emptyDir: null }, local: true },
  { volume: { name: 'v', configMap: { name: 'c' } }, local: true },
  { volume: { name: 'v', secret: { secretName: 'known' } }, local: true },
  { volume: { name: 'v', secret: { secretName: 'other' } }, local: false },
  { volume: { name: 'v', secret: { secretName: 'other', optional: true } }, local: true },
  { volume: { name: 'v', downwardAPI: { items: [] } }, local: true },
  { volume: { name: 'v', projected: { sources: [{ configMap: {} }, { secret: {} }] } }, local: true },
  { volume: { name: 'v', projected: { sources: [{ serviceAccountToken: {} }] } }, local: false },
  { volume: { name: 'v', hostPath: { path: '/x' } }, local: false },
  { volume: { name: 'v', persistentVolumeClaim: { claimName: 'p' } }, local: false },
]

for (const { volume, local } of LOCAL) {
  test(`${JSON.stringify(volume)} is ${local ? 'made here' : "podman's"}`, (t) => {
    t.is(isLocalVolume(volume, new Set(['known'])), local)
  })
}

test('restarts and probes are not left to podman', (t) => {
  const probes = { livenessProbe: {}, readinessProbe: {}, startupProbe: {} }
  const { spec } = play({
    restartPolicy: 'Always',
    initContainers: [{ name: 'i', image: 'x', restartPolicy: 'Always', ...probes }],
    containers: [{ name: 'a', image: 'x', ...probes }],
  })
  t.is(spec.restartPolicy, 'Never')
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    for (const field of [...Object.keys(probes), 'restartPolicy']) t.false(field in container, field)
  }
})

test("a pod is called as it was asked for, and its host by the pod's own name, cut to what the kernel takes", (t) => {
  const { metadata, spec } = play({}, { hostName: 'h'.repeat(80) })
  t.is(metadata.name, 'shop-1')
  t.is(spec.hostname, 'h'.repeat(63))
  t.is(play({ hostname: 'own' }).spec.hostname, 'own')
})

test('one container more is never started, of an image that is there anyway', (t) => {
  const [first, anchor, ...others] = play({}).spec.containers
  t.is(first?.name, 'a')
  t.is(anchor?.name, 'podorder-anchor')
  t.is(anchor?.image, 'x')
  t.deepEqual(others, [])
})

test('references are expanded once, with the variables that the runner has made', (t) => {
  const environment = {
    ...NOTHING,
    values: new Map([['A', '$(B)']]),
    env: [{ name: 'S', valueFrom: { secretKeyRef: {} } }],
  }
  const { spec } = play(
    { containers: [{ name: 'a', command: ['$(A)'], args: ['$$(A)', '$(C)'], env: [{ name: 'A', value: 'old' }] }] },
    { environments: new Map([['a', environment]]) },
  )
  const [container] = spec.containers
  t.deepEqual(container?.command, ['$(B)'])
  t.deepEqual(container?.args, ['$(A)', '$(C)'])
  t.deepEqual(container?.env, [
    { name: 'A', value: '$(B)' },
    { name: 'S', valueFrom: { secretKeyRef: {} } },
  ])
})

test('each local directory is one volume, however often it is mounted; those of podman stay as they are', (t) => {
  const containers: Container[] = ['a', 'b'].map((name) => ({
    name,
    volumeMounts: [
      { name: 'data', mountPath: '/data', readOnly: true },
      { name: 'data', mountPath: '/own', subPath: name },
      { name: 'disk', mountPath: '/disk', subPath: 's' },
    ],
  }))
  const disk = { name: 'disk', hostPath: { path: '/srv' } }
  const { spec } = play(
    { containers, volumes: [{ name: 'data', emptyDir: {} }, disk] },
    { directories: new Map([['data', '/w/data']]) },
  )
  t.deepEqual(spec.volumes, [
    disk,
    { name: 'data-0', hostPath: { path: '/w/data' } },
    { name: 'data-1', hostPath: { path: '/w/data/a' } },
    { name: 'data-2', hostPath: { path: '/w/data/b' } },
  ])
  t.deepEqual(spec.containers[1]?.volumeMounts, [
    { name: 'data-0', mountPath: '/data:z', readOnly: true },
    { name: 'data-2', mountPath: '/own:z', readOnly: false },
    { name: 'disk', mountPath: '/disk', subPath: 's' },
  ])
})

test('a subPathExpr becomes the path that it stands for', (t) => {
  const mount = { name: 'data', mountPath: '/data', subPathExpr: '$(POD)/logs' }
  const { volumeMounts } = resolveSubPaths({ name: 'a', volumeMounts: [mount] }, new Map([['POD', 'shop']]))
  t.deepEqual(volumeMounts, [{ name: 'data', mountPath: '/data', subPath: 'shop/logs' }])
})

test('annotations that podman would refuse are left out: nobody reads them there', (t) => {
  const annotations = { short: 'x'.repeat(63), long: 'x'.repeat(64), wide: 'ö'.repeat(40) }
  const spec = { containers: [{ name: 'a', image: 'x' }] }
  const parts = { name: 'shop-1', hostName: 'shop', directories: new Map(), environments: new Map() }
  const { metadata } = makePlayable({ metadata: { annotations }, spec }, parts) as { metadata: { annotations: object } }
  t.deepEqual(Object.keys(metadata.annotations), ['short'])
})
