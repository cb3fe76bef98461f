/** The rules of docs/reference.md: each of its examples comes, at each of its levels, and there is no other rule. */
import test, { type ExecutionContext } from 'ava'
import { RULE_IDS } from '../src/check/rules.ts'
import type { Report } from './support/check.ts'
import { openPlace, type Place } from './support/podorder.ts'
import { injectPod } from './support/explained.ts'
import { readColumn, readTable, sortOnce } from './support/reference.ts'
import { deploy, live, makeShop, ofShop, openRunning, type RunningScene } from './support/running.ts'

interface Parts {
  readonly dependsOn?: string
  /** A line of its spec, in YAML. */
  readonly spec?: string
  /** A line of its container `web`. */
  readonly web?: string
  readonly others?: string
}

const write = ({ dependsOn = '{db: ready}', spec = '', web = 'command: [/web]', others = '' }: Parts): string => `
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop, annotations: {podorder.io/depends-on: 'web: ${dependsOn}'}}
spec:
  ${spec}
  containers:
    - {name: db, image: db, command: [/db], resources: {requests: {cpu: 1}}}
    - {name: web, image: "postgres:16", ${web}}
${others}`

const WEB = 'command: [/web], '
const ephemeral = (limit: string): Parts => ({ web: `${WEB}resources: {limits: {ephemeral-storage: ${limit}}}` })
const limits = (item: string): string =>
  `---\n{apiVersion: v1, kind: LimitRange, metadata: {name: sizes, namespace: shop}, spec: {limits: [${item}]}}\n`
const quota =
  '---\n{apiVersion: v1, kind: ResourceQuota, metadata: {name: all, namespace: shop}, spec: {hard: {limits.cpu: 4}}}\n'
const terms = (...values: readonly string[]): string =>
  values.map((value) => `{matchExpressions: [{key: kubernetes.io/arch, operator: In, values: [${value}]}]}`).join(', ')
const ROOT = 'securityContext: {runAsUser: 0}'

/** What was injected, and has changed since. */
async function injectBefore(place: Place, parts: Parts): Promise<string> {
  const { stdout } = await place.run(['inject', '-'], { stdin: write(parts) })
  return stdout.replace('\nspec:\n', `\nspec:\n  ${ROOT}\n`)
}

/** What runs in a cluster. */
interface Live {
  readonly live: (scene: RunningScene) => void
}

type Recipe = Parts | string | ((place: Place) => Promise<string>) | Live

/** By rule and level, the first level of the table with its example. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  'syntax error': 'kind: Pod\nspec: [1\n',
  'order error': { dependsOn: '{dv: ready}' },
  'advice warning': { dependsOn: '{db: completed}' },
  'rewrite error': { web: `${WEB}volumeMounts: [{name: x, mountPath: /podorder/run}]` },
  'command error': { web: 'args: [x]' },
  'architecture error': { spec: 'nodeSelector: {kubernetes.io/arch: s390x}' },
  'architecture warning': {
    spec: `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [${terms('amd64', 's390x')}]}}}`,
  },
  'security error': (place) => injectBefore(place, {}),
  'security warning': { web: `${WEB}securityContext: {seLinuxOptions: {level: "s0:c1"}}` },
  'storage error': ephemeral('100Mi'),
  'storage warning': ephemeral('200Mi'),
  'memory warning': { web: `${WEB}resources: {limits: {memory: 16Mi}}` },
  'image warning': {},
  'limit-range error': { others: limits('{type: Container, min: {cpu: 50m}}') },
  'quota error': { others: quota },
  'qos warning': {
    others: limits('{type: Container, default: {cpu: 1, memory: 1Gi}}'),
    web: `${WEB}resources: {}`,
  },
  'permission note': { dependsOn: '{job/migrate: completed}' },
  'permission warning': { dependsOn: '{job/migrate: completed}', spec: 'automountServiceAccountToken: false' },
  'version note': { web: `${WEB}restartPolicy: OnFailure` },
  'controller note': {
    dependsOn: '{sidecar/mesh: ready}',
    spec: 'initContainers: [{name: mesh, image: x, restartPolicy: Always}]',
  },
  'unordered error': { live: ({ put }) => put(live(makeShop('shop-1'))) },
  'unordered note': {
    live: ({ put }) => put(live(makeShop('shop-1', { labels: { 'podorder.io/inject': 'disabled' } }))),
  },
  'outdated warning': {
    live: (scene) => {
      deploy(scene, 'shop', makeShop('shop', { annotations: { 'depends-on': 'db: {app: started}' } }))
      scene.put(live(injectPod(makeShop('shop-1', { metadata: ofShop }))))
    },
  },
}

/** @returns what `podorder check --format json` prints */
async function cook(t: ExecutionContext, recipe: Recipe): Promise<string> {
  if (typeof recipe === 'object' && 'live' in recipe) {
    const scene = await openRunning(t)
    recipe.live(scene)
    return (await scene.check('--format', 'json')).stdout
  }
  const place = openPlace(t)
  const stdin = typeof recipe === 'function' ? await recipe(place) : typeof recipe === 'string' ? recipe : write(recipe)
  return (await place.run(['check', '--offline', '--format', 'json', '-'], { stdin })).stdout
}

test('the rules are all that there are, in order', (t) => {
  t.deepEqual(readColumn('What check looks at', 'rule'), [...RULE_IDS])
  const told = readTable('What check looks at').flatMap(({ rule, level = '' }) =>
    level.split(', ').map((one) => `${rule} ${one}`),
  )
  t.deepEqual(sortOnce(told), sortOnce(Object.keys(RECIPES)))
})

for (const { rule = '', level = '', 'such as': example = '' } of readTable('What check looks at')) {
  test(`${rule}: ${example}`, async (t) => {
    const found: string[] = []
    for (const one of level.split(', ')) {
      const stdout = await cook(t, RECIPES[`${rule} ${one}`] ?? '')
      const { findings } = JSON.parse(stdout) as Report
      const own = findings.filter((finding) => finding.rule === rule)
      t.true(
        own.some((finding) => finding.level === one),
        stdout,
      )
      found.push(...own.map(({ what }) => what))
    }
    t.true(found.includes(example), found.join('\n'))
  })
}
