import test from 'ava'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import { describeFault } from '../../src/manifest/tree.ts'
import { findUnsuitable } from '../../src/run/suitability.ts'

const GIVEN = { configMaps: new Set(['settings']), secrets: new Set(['password']) }

/** The faults of a pod with this YAML (from line 2 on, each line indented by 2) in its spec. */
function faultsOf(...spec: readonly string[]): readonly string[] {
  const { documents, faults } = readManifest(`spec:\n${spec.map((line) => `  ${line}\n`).join('')}`)
  const [document] = documents
  if (document === undefined) throw new Error(`the test's own YAML is wrong: ${JSON.stringify(faults)}`)
  return findUnsuitable(document.tree(), GIVEN).map((fault) => describeFault('pod.yaml', fault))
}

/** … with this YAML in its one container, from line 4 on, indented by 6. */
const inContainer = (...lines: readonly string[]): readonly string[] =>
  faultsOf('containers:', '  - name: app', '    command: [app]', ...lines.map((line) => `    ${line}`))

const mounting = (volume: string): readonly string[] =>
  faultsOf(
    'containers:',
    '  - name: app',
    '    command: [app]',
    '    volumeMounts:',
    '      - {name: data, mountPath: /data}',
    `volumes: [{name: data, ${volume}}]`,
  )

test('a pod that needs only its commands is suitable', (t) => {
  t.deepEqual(
    faultsOf(
      'hostNetwork: true',
      'containers: [{name: app, image: app, command: [app], ports: [{containerPort: 80}]}]',
    ),
    [],
  )
})

test('a container without a command is refused, init containers too, ours excepted', (t) => {
  t.deepEqual(
    faultsOf(
      'initContainers:',
      '  - {name: podorder-init, image: podorder, args: [install]}',
      '  - {name: setup, image: setup}',
      'containers:',
      '  - {name: app, command: [], image: app}',
      '  - {name: db, args: [--fast]}',
    ),
    [
      'pod.yaml:4:28: container "setup": it has no command, and --runtime process does not read images; write its command, or use --runtime podman',
      'pod.yaml:6:39: container "app": it has no command, and --runtime process does not read images; write its command, or use --runtime podman',
      'pod.yaml:7:7: container "db": it has no command, and --runtime process does not read images; write its command, or use --runtime podman',
    ],
  )
})

const SUITABLE: readonly string[] = [
  'emptyDir: {}',
  'emptyDir: {medium: Memory}',
  'emptyDir: null',
  'configMap: {name: settings}',
  'configMap: {name: unknown, optional: true}',
  'secret: {secretName: password}',
  'downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}',
  'projected: {sources: [{configMap: {name: settings}}, {secret: {name: password}}, {downwardAPI: {items: []}}]}',
]

for (const volume of SUITABLE) {
  test(`a process can have a volume with ${volume}`, (t) => {
    t.deepEqual(mounting(volume), [])
  })
}

const UNSUITABLE: Readonly<Record<string, string>> = {
  'persistentVolumeClaim: {claimName: disk}':
    '"data" is a persistentVolumeClaim; a process gets emptyDir, configMap, secret, downwardAPI, projected; ' +
    'try it with an emptyDir, or use --runtime podman',
  'hostPath: {path: /srv}':
    '"data" is a hostPath; a process gets emptyDir, configMap, secret, downwardAPI, projected; ' +
    'try it with an emptyDir, or use --runtime podman',
  'configMap: {name: unknown}': 'the ConfigMap "unknown" is not in this file; add it to the file, behind a line of ---',
  'secret: {secretName: settings}':
    'the Secret "settings" is not in this file; add it behind a line of ---, or use --runtime podman',
  'projected: {sources: [{secret: {name: unknown}}]}':
    'the Secret "unknown" is not in this file; add it behind a line of ---, or use --runtime podman',
  'projected: {sources: [{serviceAccountToken: {path: token}}]}':
    '"data" has a serviceAccountToken, which only a cluster gives; leave it out, or run it in a cluster',
}

for (const [volume, expected] of Object.entries(UNSUITABLE)) {
  test(`a process cannot have a volume with ${volume}`, (t) => {
    t.deepEqual(mounting(volume), [`pod.yaml:6:11: container "app": ${expected}`])
  })
}

test('a volume that nobody mounts does no harm', (t) => {
  t.deepEqual(
    faultsOf('volumes: [{name: disk, hostPath: {path: /srv}}]', 'containers: [{name: app, command: [app]}]'),
    [],
  )
})

test('a mount that cannot be made is refused where it stands', (t) => {
  t.deepEqual(
    faultsOf(
      'volumes: [{name: data}]',
      'containers:',
      '  - name: app',
      '    command: [app]',
      '    volumeMounts:',
      '      - {name: other, mountPath: /data}',
      '      - {name: data, mountPath: /}',
      '      - {name: data, mountPath: /x, subPathExpr: $(NAME)}',
      '    volumeDevices:',
      '      - {name: disk, devicePath: /dev/xvda}',
    ),
    [
      'pod.yaml:7:11: container "app": mounts "other", but the pod has no such volume; add it under spec.volumes',
      'pod.yaml:8:11: container "app": a process cannot have "data" in the place of /; use --runtime podman',
      'pod.yaml:9:39: container "app": a process gets no subPathExpr; write the path as subPath',
      'pod.yaml:11:11: container "app": a process gets no block device; leave it out, or run it in a cluster',
    ],
  )
})

test('variables come from the manifest, its ConfigMaps and Secrets, and the downward API', (t) => {
  t.deepEqual(
    inContainer(
      'env:',
      '  - {name: A, value: a}',
      '  - {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}',
      '  - {name: C, valueFrom: {configMapKeyRef: {name: settings, key: c}}}',
      '  - {name: D, valueFrom: {secretKeyRef: {name: unknown, key: d, optional: true}}}',
      '  - {name: E, valueFrom: {secretKeyRef: {name: unknown, key: e}}}',
      '  - {name: F, valueFrom: {fileKeyRef: {volumeName: data, path: f, key: f}}}',
      'envFrom:',
      '  - {prefix: X_, configMapRef: {name: settings}}',
      '  - {configMapRef: {name: unknown}}',
      '  - {secretRef: {name: password}}',
    ),
    [
      'pod.yaml:10:33: container "app": the Secret "unknown" is not in this file; add it behind a line of ---, or use --runtime podman',
      'pod.yaml:11:33: container "app": it reads a file of "data", but the pod has no such volume; add it under spec.volumes',
      'pod.yaml:14:12: container "app": the ConfigMap "unknown" is not in this file; add it to the file, behind a line of ---',
    ],
  )
})

test('a variable from a file needs an emptyDir, a path within it and a key', (t) => {
  const reading = (ref: string, volume = 'emptyDir: {}') =>
    faultsOf(
      'containers:',
      `  - {name: app, command: [app], env: [{name: A, valueFrom: {fileKeyRef: ${ref}}}]}`,
      `volumes: [{name: data, ${volume}}]`,
    )
  const right = '{volumeName: data, path: sub/a.env, key: A}'
  t.deepEqual(reading(right), [])
  const at = 'pod.yaml:3:63: container "app": '
  t.deepEqual(reading('{volumeName: date, path: a.env, key: A}'), [
    `${at}it reads a file of "date", but the pod has no such volume; add it under spec.volumes`,
  ])
  t.deepEqual(reading(right, 'configMap: {name: settings}'), [
    `${at}it reads a file of "data", which is not an emptyDir; name a volume that is an emptyDir`,
  ])
  for (const path of ['/a.env', '../a.env', 'sub/../a.env', '""']) {
    const said = path === '""' ? '' : path
    t.deepEqual(reading(`{volumeName: data, path: ${path}, key: A}`), [
      `${at}"${said}" is not a path within a volume; write a relative one, without ..`,
    ])
  }
  t.deepEqual(reading('{volumeName: data, path: a.env}'), [`${at}fileKeyRef has no key; name the variable in the file`])
})
