/** Random pods for property tests. An API server accepts all of them, and their orders are valid. */
import * as fc from 'fast-check'
import * as yaml from 'yaml'
import { formatDuration } from '../../src/base/duration.ts'
import type { Condition } from '../../src/order/conditions.ts'
import type { Container, PodSpec, PodTemplate } from '../../src/pod/pod.ts'
import { arbitraryContainer, arbitraryInitContainer, LONGEST_SLEEP_S } from './arbitrary-container.ts'
import { arbitraryCommand, arbitraryLabel } from './arbitrary-words.ts'

export type Pod = PodTemplate & {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod'
}

const CONDITIONS: readonly (readonly [Condition, ...string[]])[] = [
  ['started', 'service_started'],
  ['ready', 'service_healthy'],
  ['completed', 'service_completed_successfully'],
  ['failed'],
  ['ended'],
]
const ENDINGS: readonly Condition[] = ['completed', 'failed', 'ended']

/** Generates a wait. `waiting` and `target` are taken modulo the number of containers. */
const link = fc.record({
  waiting: fc.nat(),
  target: fc.nat(),
  words: fc.constantFrom(...CONDITIONS),
  synonym: fc.nat({ max: 1 }),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 1e7 }), { nil: undefined }),
  optional: fc.option(fc.boolean(), { nil: undefined }),
  /** Only where the condition can be lost. */
  restart: fc.constantFrom(undefined, undefined, true),
})

interface Saying {
  readonly links: readonly (typeof link extends fc.Arbitrary<infer Link> ? Link : never)[]
  /** The number of containers, from the first on, that are steps. */
  readonly steps: number | undefined
  readonly main: number
  readonly stopOrder: string | undefined
  readonly waitTimeoutMs: number | undefined
  /** Prints the value of `podorder.io/depends-on`. */
  readonly print: (value: unknown) => string
}

const saying: fc.Arbitrary<Saying> = fc.record({
  links: fc.array(link, { maxLength: 24 }),
  steps: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  main: fc.nat({ max: 2 }),
  stopOrder: fc.constantFrom(undefined, 'reverse', ' together '),
  waitTimeoutMs: fc.option(fc.integer({ min: 1, max: 1e8 }), { nil: undefined }),
  print: fc.constantFrom(
    (value: unknown) => yaml.stringify(value),
    (value: unknown) => `# the order\n${yaml.stringify(value, { indent: 4 })}`,
    (value: unknown) => JSON.stringify(value),
    (value: unknown) => yaml.stringify(value, { collectionStyle: 'flow' }),
  ),
})

/** @param names the containers in a possible sequence of starts: each waits only for containers before it */
function sayOrder(
  names: readonly string[],
  { links, steps, main, stopOrder, waitTimeoutMs, print }: Saying,
): Record<string, string> {
  const chain = steps === undefined ? [] : names.slice(0, steps)
  const awaited = new Set(chain.slice(0, -1))
  const targets = new Map<string, Map<string, unknown>>()
  for (const { waiting, target, words, synonym, timeoutMs, optional, ...more } of names.length > 1 ? links : []) {
    const later = 1 + (waiting % (names.length - 1))
    const earlier = target % later
    const [container = '', name = ''] = [names[later], names[earlier]]
    // The annotation must not repeat the order of the steps.
    if (chain[later] !== undefined && earlier === later - 1) continue
    if (ENDINGS.includes(words[0])) awaited.add(name)
    const condition = words[synonym] ?? words[0]
    const timeout = timeoutMs === undefined ? undefined : formatDuration(timeoutMs)
    const restart = ENDINGS.includes(words[0]) ? undefined : more.restart
    const isPlain = [timeout, optional, restart].every((option) => option === undefined)
    const options = isPlain ? condition : { condition, timeout, optional, restart }
    targets.set(container, (targets.get(container) ?? new Map<string, unknown>()).set(name, options))
  }
  if (chain.length === 0 && targets.size === 0) return {}
  const all = [...targets].map(([container, said]) => [container, shorten(said)] as const)
  // No container may wait for the end of a main container.
  const leading = names.filter((name) => !awaited.has(name)).slice(0, main)
  return {
    ...(all.length > 0 ? { 'podorder.io/depends-on': print(Object.fromEntries(all)) } : {}),
    ...(chain.length > 0 ? { 'podorder.io/steps': chain.join(', ') } : {}),
    ...(leading.length > 0 ? { 'podorder.io/main': leading.join(' ,\n') } : {}),
    ...(stopOrder === undefined ? {} : { 'podorder.io/stop-order': stopOrder }),
    ...(waitTimeoutMs === undefined ? {} : { 'podorder.io/wait-timeout': formatDuration(waitTimeoutMs) }),
  }
}

/** Writes waits as a list or a single name, if all have the default condition. */
function shorten(said: ReadonlyMap<string, unknown>): unknown {
  const [first = '', ...more] = said.keys()
  if (![...said.values()].every((condition) => condition === 'ready')) return Object.fromEntries(said)
  return more.length === 0 ? first : [first, ...more]
}

const SOURCES = [
  { emptyDir: {} },
  { emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
  { configMap: { name: 'a', defaultMode: 420, items: [{ key: 'a', path: 'b/c' }] } },
  { secret: { secretName: 'a', optional: true } },
  { persistentVolumeClaim: { claimName: 'a' } },
  { hostPath: { path: '/var/log', type: 'Directory' } },
  { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
  { projected: { sources: [{ secret: { name: 'a' } }] } },
  { image: { reference: 'example/data:1', pullPolicy: 'IfNotPresent' } },
  {},
]

/** Generates fields of the pod that a rewrite must keep or take into account. */
const around: fc.Arbitrary<Partial<PodSpec>> = fc.record(
  {
    restartPolicy: fc.constantFrom('Always', 'OnFailure', 'Never'),
    // Not less than a hook sleeps.
    terminationGracePeriodSeconds: fc.integer({ min: LONGEST_SLEEP_S, max: 300 }),
    activeDeadlineSeconds: fc.integer({ min: 1, max: 3600 }),
    securityContext: fc.constantFrom(
      {},
      { runAsUser: 0 },
      { runAsNonRoot: true, fsGroup: 2000 },
      { seLinuxOptions: { level: 's0:c1' } },
    ),
    hostNetwork: fc.boolean(),
    shareProcessNamespace: fc.boolean(),
    nodeSelector: fc.constantFrom({ 'kubernetes.io/os': 'linux' }, {}),
    tolerations: fc.constant([{ operator: 'Exists' }]),
    imagePullSecrets: fc.constant([{ name: 'a' }]),
    hostAliases: fc.constant([{ ip: '127.0.0.1', hostnames: ['a'] }]),
  },
  { requiredKeys: [] },
)

const names = fc.record({
  names: fc.uniqueArray(arbitraryLabel, { minLength: 1, maxLength: 15 }),
  inits: fc.nat({ max: 3 }),
  volumes: fc.uniqueArray(arbitraryLabel, { maxLength: 4 }),
})

/** Generates pods of up to 12 containers with or without an order, with init containers, native sidecars and volumes. */
export const arbitraryPod: fc.Arbitrary<Pod> = names.chain(({ names, inits, volumes }) => {
  const init = names.slice(0, Math.min(inits, names.length - 1))
  const main = names.slice(init.length).slice(0, 12)
  return fc
    .record({
      around,
      containers: fc.tuple(...main.map((name) => arbitraryContainer(name, volumes))),
      initContainers: fc.tuple(...init.map((name) => arbitraryInitContainer(name, volumes))),
      sources: fc.tuple(...volumes.map((name) => fc.constantFrom(...SOURCES).map((source) => ({ name, ...source })))),
      start: fc.shuffledSubarray([...main], { minLength: main.length }),
      saying,
      commands: fc.tuple(...main.map(() => arbitraryCommand)),
      labels: fc.constantFrom(undefined, {}, { app: 'a', 'example.com/b': '' }),
      others: fc.constantFrom({}, { 'example.com/note': 'a: b\n# c\n' }),
    })
    .map(({ around, containers, initContainers, sources, start, saying, commands, labels, others }) => {
      const order = sayOrder(start, saying)
      const annotations = {
        ...others,
        ...order,
        ...(Object.keys(order).length > 0 ? sayCommands(containers, commands) : {}),
      }
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'random', ...(labels === undefined ? {} : { labels }), annotations },
        spec: {
          ...around,
          ...(init.length > 0 ? { initContainers } : {}),
          containers,
          ...(sources.length > 0 ? { volumes: sources } : {}),
        },
      }
    })
})

/** Returns the commands of the images, for containers without a command. */
function sayCommands(
  containers: readonly Container[],
  commands: readonly (readonly string[])[],
): Record<string, string> {
  return Object.fromEntries(
    containers.flatMap(({ name, command }, index) =>
      command === undefined ? [[`podorder.io/command.${name}`, JSON.stringify(commands[index])]] : [],
    ),
  )
}
