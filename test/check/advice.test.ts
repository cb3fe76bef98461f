/** Whoever follows an advice of check has one finding less: each is followed here, and checked again. */
import test from 'ava'
import type { InjectOptions } from '../../src/inject/inject.ts'
import { check, findings } from '../support/check.ts'
import { eject, inject } from '../support/inject.ts'

interface Parts {
  readonly order?: string
  readonly annotations?: string
  readonly spec?: string
  readonly web?: string
  readonly db?: string
  readonly others?: string
}

const write = ({
  order = 'web: {db: started}',
  annotations = '',
  spec = '',
  web = '',
  db = '',
  others = '',
}: Parts): string => `apiVersion: v1
kind: Pod
metadata:
  name: shop
  namespace: shop
  annotations:
    podorder.io/depends-on: '${order}'
    ${annotations}
spec:
  ${spec}
  containers:
    - {name: db, image: r.example/db:1, command: [/db]${db}}
    - {name: web, image: r.example/web:1, command: [/web]${web}}
${others}`

interface Row {
  readonly what: RegExp
  readonly fix: RegExp
  readonly parts: Parts
  readonly followed: Parts
  readonly rewrite?: Partial<InjectOptions['rewrite']>
}

const limits = (item: string): string =>
  `---\n{apiVersion: v1, kind: LimitRange, metadata: {name: sizes, namespace: shop}, spec: {limits: [${item}]}}\n`
const QUOTA =
  '---\n{apiVersion: v1, kind: ResourceQuota, metadata: {name: all, namespace: shop}, spec: {hard: {limits.cpu: 4}}}\n'
const affinity = (...values: readonly string[]): Parts => ({
  spec: `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [${values
    .map((value) => `{matchExpressions: [{key: kubernetes.io/arch, operator: In, values: [${value}]}]}`)
    .join(', ')}]}}}`,
})
const PROBE = ', readinessProbe: {tcpSocket: {port: 1}}'

const ROWS: readonly Row[] = [
  {
    what: /has no probe/,
    fix: /write "db: completed"/,
    parts: { order: 'web: {db: ready}', spec: 'restartPolicy: Never' },
    followed: { order: 'web: {db: completed}', spec: 'restartPolicy: Never' },
  },
  {
    what: /has no probe/,
    fix: /give "db" a startupProbe or readinessProbe/,
    parts: { order: 'web: {db: ready}' },
    followed: { order: 'web: {db: ready}', db: PROBE },
  },
  { what: /has no probe/, fix: /or write "db: started"/, parts: { order: 'web: {db: ready}' }, followed: {} },
  {
    what: /never ready again/,
    fix: /remove its restartPolicy/,
    parts: { order: 'web: {db: completed}', db: ', restartPolicy: OnFailure' },
    followed: { order: 'web: {db: completed}' },
  },
  {
    what: /never ready again/,
    fix: /or set restartPolicy: OnFailure for the pod/,
    parts: { db: ', restartPolicy: OnFailure' },
    followed: { db: ', restartPolicy: OnFailure', spec: 'restartPolicy: OnFailure' },
  },
  {
    what: /is not in a registry/,
    fix: /write imagePullPolicy: Never/,
    parts: { web: ', image: localhost/web:1' },
    followed: { web: ', image: localhost/web:1, imagePullPolicy: Never' },
  },
  {
    what: /node affinity allows s390x/,
    fix: /take it out/,
    parts: affinity('amd64', 's390x'),
    followed: affinity('amd64'),
  },
  {
    what: /may use 100Mi of ephemeral-storage/,
    fix: /raise a limit by 120Mi/,
    parts: { web: ', resources: {limits: {ephemeral-storage: 100Mi}}' },
    followed: { web: ', resources: {limits: {ephemeral-storage: 300Mi}}' },
  },
  {
    what: /memory limit is 16Mi/,
    fix: /raise it to \d+Mi or more/,
    parts: { web: ', resources: {limits: {memory: 16Mi}}' },
    followed: { web: ', resources: {limits: {memory: 24Mi}}' },
  },
  {
    what: /refuses podorder-init, which has no limits\.cpu/,
    fix: /give the namespace a LimitRange with defaults/,
    parts: { others: QUOTA },
    followed: { others: QUOTA + limits('{type: Container, default: {cpu: 1}}') },
  },
  {
    what: /the pod has no token/,
    fix: /remove automountServiceAccountToken: false/,
    parts: { order: 'web: {job/x: completed, db: started}', spec: 'automountServiceAccountToken: false' },
    followed: { order: 'web: {job/x: completed, db: started}' },
  },
  {
    what: /no exit code meets/,
    fix: /remove the rule/,
    parts: {
      spec: 'restartPolicy: Never',
      db: ', restartPolicy: Never, restartPolicyRules: [{action: Restart, exitCodes: {operator: In}}]',
    },
    followed: { spec: 'restartPolicy: Never', db: ', restartPolicy: Never' },
  },
  {
    what: /waits for the init container "setup"/,
    fix: /remove this line/,
    parts: {
      order: 'web: {setup: completed, db: started}',
      spec: 'initContainers: [{name: setup, image: s, command: [s]}]',
    },
    followed: { spec: 'initContainers: [{name: setup, image: s, command: [s]}]' },
  },
]

/** But for quotes in a line. */
const parse = (text: string): string =>
  text.replaceAll(
    /\{name: web, image: r\.example\/web:1, command: \[\/web\], image/g,
    '{name: web, command: [/web], image',
  )

for (const { what, fix, parts, followed } of ROWS) {
  test(`followed: ${fix.source} (${what.source})`, async (t) => {
    const told = async (one: Parts) => (await findings(parse(write(one)))).filter((finding) => what.test(finding.what))
    const [first] = await told(parts)
    t.regex(first?.fix ?? 'nothing is told', fix)
    t.deepEqual(await told(followed), [])
    // Nothing else is an error for it.
    const { code, stdout } = await check('in.yaml', parse(write(followed)))
    t.is(code, 0, stdout)
  })
}

test('followed: --bin-source image-volume copies nothing, and --bin-source copy needs no newer Kubernetes', async (t) => {
  const text = write({ web: ', resources: {limits: {ephemeral-storage: 100Mi}}' })
  const rules = async (binSource: 'copy' | 'image-volume') =>
    (await findings(text, { rewrite: { binSource } }))
      .map(({ rule }) => rule)
      .filter((rule) => rule === 'storage' || rule === 'version')
  t.deepEqual(await rules('copy'), ['storage'])
  t.deepEqual(await rules('image-volume'), ['version'])
})

test('followed: eject, and inject again', async (t) => {
  const { stdout } = await inject('in.yaml', write({}))
  const changed = stdout.replace('\nspec:\n', '\nspec:\n  securityContext: {runAsUser: 0}\n')
  const told = async (text: string) => (await findings(text)).filter(({ rule }) => rule === 'security')
  const [first] = await told(changed)
  t.is(first?.fix, 'eject, and inject again: then it is written as it should be')
  const again = await inject('in.yaml', (await eject('in.yaml', changed)).stdout)
  t.deepEqual(await told(again.stdout), [])
})
