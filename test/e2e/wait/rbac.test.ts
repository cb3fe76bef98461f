/** `podorder rbac`: the least Roles, of targets and of what pods wait for. */
import test from 'ava'
import { execa } from 'execa'
import { readManifest } from '../../../src/manifest/yaml.io.ts'
import { writeManifest } from '../../support/manifest.ts'
import { openPlace, writePod } from '../../support/podorder.ts'

const TELL = 'it is one of pod/, job/, service/; a manifest is given with -f'

test('the least Role of the targets that need one', async (t) => {
  const place = openPlace(t)
  const words = ['pod/db', 'tcp://broker:1', 'job/ops/migrate', '-n', 'shop', '--service-account', 'web']
  const { code, stdout } = await place.run(['rbac', ...words])
  t.is(code, 0)
  t.deepEqual(stdout.match(/^kind: .*|^ {2}namespace: .*|^ {4}resource.*/gm), [
    ...['kind: Role', '  namespace: shop', '    resources: ["pods"]', '    resourceNames: ["db"]'],
    ...['kind: RoleBinding', '  namespace: shop', 'kind: Role', '  namespace: ops'],
    ...['    resources: ["jobs"]', '    resourceNames: ["migrate"]', 'kind: RoleBinding', '  namespace: ops'],
  ])
  t.is(stdout.match(/ {4}name: web\n {4}namespace: shop\n/g)?.length, 2)
})

interface Written {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly rules?: readonly { readonly resources: readonly string[]; readonly resourceNames?: readonly string[] }[]
  readonly subjects?: readonly { readonly name: string; readonly namespace: string }[]
}

function writeWaiting(waits: string, namespace: string, account: string | undefined): string {
  const pod = JSON.parse(
    writePod({
      annotations: { 'depends-on': `web: {${waits}}` },
      containers: { web: 'true' },
      spec: account === undefined ? {} : { serviceAccountName: account },
    }),
  ) as { readonly metadata: object }
  return JSON.stringify({ ...pod, metadata: { ...pod.metadata, ...(namespace === '' ? {} : { namespace }) } })
}

test('of manifests: Roles for each ServiceAccount, in each namespace that it looks into', async (t) => {
  const place = openPlace(t)
  place.write('all/one.json', writeWaiting('job/migrate: completed, tcp://broker:1: open', 'shop', 'web'))
  place.write('all/below/two.json', writeWaiting('job/seed: completed, pod/ops/db: ready', 'shop', 'web'))
  place.write('all/three.json', writeWaiting('service/mail: ready', '', undefined))
  place.write('all/four.yaml', writeManifest('waits-for-nothing-outside'))
  const { code, stdout, stderr } = await place.run(['rbac', '-R', '-f', 'all', '-n', 'rest', 'job/x'])
  t.deepEqual([code, stderr], [0, ''])
  const written = readManifest(stdout).documents.map(({ value }) => value as Written)
  const told = written.map(({ kind, metadata, rules, subjects }) => {
    const allowed = rules?.flatMap(({ resources, resourceNames }) => [...resources, ...(resourceNames ?? [])])
    const who = subjects?.map(({ namespace, name }) => `${namespace}/${name}`)
    return `${kind} ${metadata.namespace}/${metadata.name} ${(allowed ?? who ?? []).join(' ')}`
  })
  t.deepEqual(told, [
    'Role rest/podorder-wait-default jobs x services mail endpointslices',
    'RoleBinding rest/podorder-wait-default rest/default',
    'Role shop/podorder-wait-web jobs seed migrate',
    'RoleBinding shop/podorder-wait-web shop/web',
    'Role ops/podorder-wait-shop:web pods db',
    'RoleBinding ops/podorder-wait-shop:web shop/web',
  ])
})

test('of a manifest that needs no Role that is said, and nothing is written', async (t) => {
  const place = openPlace(t)
  const { code, stdout, stderr } = await place.run(['rbac', '-f', '-'], { stdin: writeManifest() })
  const says = 'podorder: no pod in it waits for another pod, a Job or a service; no Role is needed\n'
  t.deepEqual([code, stdout, stderr], [0, '', says])
})

const ROWS: readonly (readonly [words: readonly string[], says: string])[] = [
  [[], 'podorder: nothing to wait for; give targets such as job/migrate, or a manifest with -f FILE'],
  [['worker.yaml'], `podorder: unknown target "worker.yaml"; ${TELL}`],
  [['-'], `podorder: unknown target "-"; ${TELL}`],
  [['pods/db'], 'podorder: unknown target "pods/db"; did you mean "pod/"?'],
  [
    ['sevice/mail', 'foo'],
    `podorder: unknown target "sevice/mail"; did you mean "service/"?\npodorder: unknown target "foo"; ${TELL}`,
  ],
  [
    ['tcp://broker:1'],
    'podorder: none of these needs the API; name a target such as pod/db, job/migrate or service/mail',
  ],
  [['-f', 'wrong.yaml'], 'wrong.yaml:7:36: container "web": unknown container "dbb"; did you mean "db"?'],
]

for (const [words, says] of ROWS) {
  test(`refused: rbac ${words.join(' ')}`, async (t) => {
    const place = openPlace(t)
    place.write('wrong.yaml', writeManifest().replace('{db: ready}', '{dbb: ready}'))
    const { code, stdout, stderr } = await place.run(['rbac', ...words])
    t.deepEqual([code, stdout, stderr], [2, '', `${says}\n`])
  })
}

test('what cannot be written is told', async (t) => {
  const end = await execa('sh', ['-c', 'exec dist/podorder rbac job/x > /dev/full'], { reject: false })
  t.deepEqual([end.exitCode, end.stderr], [1, 'podorder: stdout: no space left on the volume (ENOSPC)'])
})
