/** What is wrong is said in one line each, with its place and its remedy; nothing has been started by then. */
import test from 'ava'
import { chmodSync, mkdirSync } from 'node:fs'
import { openPlace, writePod } from '../../support/podorder.ts'

interface Case {
  readonly name: string
  readonly args: readonly string[]
  readonly manifest?: string
  readonly stdin?: string
  readonly says: readonly string[]
}

const ORDERED = `apiVersion: v1
kind: Pod
metadata:
  name: x
  annotations:
    podorder.io/depends-on: |
`
const CONTAINERS = `spec:
  containers:
    - {name: a, image: x, command: ["touch", "started"]}
    - {name: b, image: x, command: ["touch", "started"]}
`

const CASES: readonly Case[] = [
  {
    name: 'no file given',
    args: ['run'],
    says: ['podorder: no manifest; give a file, or - for stdin'],
  },
  {
    name: 'a file that is not there',
    args: ['run', 'none.yaml'],
    says: ['none.yaml: no such file or directory (ENOENT); give a manifest, a directory of them, or - for stdin'],
  },
  {
    name: 'a directory',
    args: ['run', 'tmp'],
    says: ['tmp: no .yaml, .yml or .json file is in it; -R looks in its directories too'],
  },
  {
    name: 'an empty file',
    args: ['run', 'pod.yaml'],
    manifest: '',
    says: ['pod.yaml:1:1: the file is empty; give a Pod, or a workload such as a Deployment or a Job'],
  },
  {
    name: 'an empty stdin',
    args: ['run', '-'],
    stdin: '# nothing\n---\n',
    says: ['stdin:1:1: the file is empty; give a Pod, or a workload such as a Deployment or a Job'],
  },
  {
    name: 'no pod in it',
    args: ['run', 'pod.yaml'],
    manifest: '---\n\n{kind: ConfigMap, metadata: {name: x}}\n',
    says: ['pod.yaml:3:1: there is no pod in it; give a Pod, or a workload such as a Deployment or a Job'],
  },
  {
    name: 'YAML with a tab',
    args: ['run', 'pod.yaml'],
    manifest: 'kind: Pod\nmetadata:\n\tname: x\n',
    says: ['pod.yaml:3:1: a tab in the indentation; indent with spaces, not tabs'],
  },
  {
    name: 'a 20 MB file',
    args: ['run', 'pod.yaml'],
    manifest: `# ${'x'.repeat(20_000_000)}\n`,
    says: ['pod.yaml: more than 10 MiB; split it'],
  },
  {
    name: 'a duplicate container',
    args: ['run', 'pod.yaml'],
    manifest: `kind: Pod\n${CONTAINERS}    - {name: a, image: x, command: ["touch", "started"]}\n`,
    says: [
      'pod.yaml:6:14: container "a": the name is taken by another container; give each container a name of its own',
    ],
  },
  {
    name: 'a cycle',
    args: ['run', 'pod.yaml'],
    manifest: `${ORDERED}      a: b\n      b: a\n${CONTAINERS}`,
    says: [
      'pod.yaml:7:10: container "a": cycle a -> b -> a, where -> means "waits for"; remove one of these dependencies',
    ],
  },
  {
    name: 'all that is wrong together, in the order of the file',
    args: ['run', 'pod.yaml'],
    manifest: `${ORDERED}      a: {b: redy}\n      b: {c: ready}\n${CONTAINERS}    - {name: d, image: x}\n`,
    says: [
      'pod.yaml:7:14: container "a": unknown condition "redy"; did you mean "ready"?',
      'pod.yaml:8:11: container "b": unknown container "c"; this pod has a, b, d',
      'pod.yaml:13:24: container "d": it has no command, and --runtime process does not read images; write its command, or use --runtime podman',
    ],
  },
  {
    name: 'an image without a command',
    args: ['run', 'pod.yaml'],
    manifest: 'kind: Pod\nspec:\n  containers:\n    - {name: a, image: busybox}\n',
    says: [
      'pod.yaml:4:24: container "a": it has no command, and --runtime process does not read images; write its command, or use --runtime podman',
    ],
  },
  {
    name: 'services of a compose file without an entrypoint: the place would be one of the pod, which nobody sees',
    args: ['run', 'pod.yaml'],
    manifest: 'services:\n  a: {image: busybox, command: [x], ports: [80]}\n',
    says: [
      'pod.yaml: container "a": it has no command, and --runtime process does not read images; write its entrypoint, or use --runtime podman',
    ],
  },
  {
    name: 'a list of containers of ECS',
    args: ['run', 'pod.yaml'],
    manifest: '[{"name": "a", "image": "busybox", "entryPoint": ["x"], "dependsOn": [{"containerName": "b"}]}]\n',
    says: ['pod.yaml:1:71: container "a": depends on "b", which is not there; there are a'],
  },
  {
    name: 'a volume of another kind',
    args: ['run', 'pod.yaml'],
    manifest: `kind: Pod
spec:
  containers:
    - {name: a, command: ["touch", "started"], volumeMounts: [{name: v, mountPath: /v}]}
  volumes: [{name: v, hostPath: {path: /}}]
`,
    says: [
      'pod.yaml:4:63: container "a": "v" is a hostPath; a process gets emptyDir, configMap, secret, downwardAPI, projected; try it with an emptyDir, or use --runtime podman',
    ],
  },
  {
    name: '--only of what is not there',
    args: ['run', '--only', 'Pod/tets', 'pod.yaml'],
    manifest: writePod({ containers: { a: 'touch started' } }),
    says: ['pod.yaml:1:1: there is no Pod/tets in it; did you mean "Pod/test"?'],
  },
  {
    name: 'an unknown command',
    args: ['rnu', 'pod.yaml'],
    says: ["podorder: unknown command 'rnu'; did you mean run?"],
  },
  {
    name: 'an unknown option',
    args: ['run', '--jsn', 'pod.yaml'],
    says: ["podorder: unknown option '--jsn'; did you mean --json?"],
  },
  {
    name: 'an unknown runtime',
    args: ['run', '--runtime', 'docker', 'pod.yaml'],
    says: ["podorder: --runtime is one of process, podman, not 'docker'"],
  },
  {
    name: 'an order where no pod reads it',
    args: ['run', 'pod.yaml'],
    manifest: `apiVersion: apps/v1
kind: Deployment
metadata: {name: x, annotations: {podorder.io/steps: 'a, b'}}
spec:
  template:
    spec:
      containers:
        - {name: a, image: x, command: ["touch", "started"]}
`,
    says: [
      'pod.yaml:3:35: nothing reads podorder.io/steps at metadata.annotations; write it under spec.template.metadata.annotations',
    ],
  },
  {
    name: 'an order in a kind that has no pod template, as far as is known',
    args: ['run', 'pod.yaml'],
    manifest: `kind: Shop\nspec: {box: {metadata: {annotations: {podorder.io/steps: 'a'}}, pods: []}}\n`,
    says: [
      'pod.yaml:2:39: nothing reads podorder.io/steps at spec.box.metadata.annotations: no pod template is known in Shop; put it on a pod or a pod template; if Shop has one, name its path with --template Shop=PATH',
    ],
  },
  {
    name: 'a back-off that is none',
    args: ['run', '--max-back-off', '5', 'pod.yaml'],
    says: ["podorder: --max-back-off cannot be '5'; give a duration such as 1s or 5m"],
  },
  {
    name: 'a time scale that is no number',
    args: ['run', '--time-scale', 'fast', 'pod.yaml'],
    says: ["podorder: --time-scale cannot be 'fast'; give a number above 0 and up to 1000, such as 0.1"],
  },
]

for (const { name, args, manifest, stdin, says } of CASES) {
  test(name, async (t) => {
    const place = openPlace(t)
    if (manifest !== undefined) place.write('pod.yaml', manifest)
    const { code, stdout, stderr } = await place.run(args, stdin === undefined ? {} : { stdin })
    t.deepEqual(stderr.split('\n'), [...says, ''])
    t.is(stdout, '')
    t.is(code, 2)
    t.false(place.has('started'))
    await place.assertClean()
  })
}

const asRoot = process.getuid?.() === 0

;(asRoot ? test : test.skip)('a file that may not be read', async (t) => {
  const place = openPlace(t)
  chmodSync(place.path(place.write('pod.yaml', writePod({ containers: { a: 'true' } }))), 0o600)
  const { code, stderr } = await place.run(['run', 'pod.yaml'], { uid: 65534 })
  t.is(stderr, 'pod.yaml: permission denied (EACCES); give a manifest, a directory of them, or - for stdin\n')
  t.is(code, 2)
})

test('--runtime podman without podman', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { a: 'touch started' } }))
  const { code, stderr } = await place.run(['run', '--runtime', 'podman', 'pod.yaml'], { env: { PATH: place.dir } })
  t.is(
    stderr,
    'podorder: there is no podman in PATH; install it (apt-get install podman), or leave out --runtime podman\n',
  )
  t.is(code, 2)
  await place.assertClean()
})

test('no room for temporary files', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { a: 'touch started' } }))
  const { code, stderr } = await place.run(['run', 'pod.yaml'], { env: { TMPDIR: place.path('none') } })
  t.is(stderr, 'podorder: cannot make a temporary directory: no such file or directory (ENOENT); set TMPDIR to one\n')
  t.is(code, 2)
  t.false(place.has('started'))
})

test('an entrypoint that is not there', async (t) => {
  const place = openPlace(t)
  mkdirSync(place.path('bin'))
  place.write('pod.yaml', writePod({ containers: { a: 'touch started' } }))
  const missing = place.path('bin/entrypoint')
  const { code, stderr } = await place.run(['run', 'pod.yaml'], { env: { PODORDER_ENTRYPOINT: missing } })
  t.is(stderr, `podorder: there is no entrypoint at ${missing}; correct PODORDER_ENTRYPOINT\n`)
  t.is(code, 2)
})

test('help names the command and gives an example, version the version', async (t) => {
  const place = openPlace(t)
  const { code, stdout } = await place.run(['run', '--help'])
  t.is(code, 0)
  t.regex(stdout, /^Usage: podorder run \[options\] \[files\.\.\.\]/)
  t.regex(stdout, /Examples:\n {2}podorder run pod\.yaml/)
  t.regex((await place.run(['--version'])).stdout, /^podorder \d+\.\d+\.\d+\n$/)
})
