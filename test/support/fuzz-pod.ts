/** Unusual pods and annotations, generated from a grammar and then damaged. They depend on one seed only. */
import type { PodTemplate } from '../../src/pod/pod.ts'

export interface Chance {
  /** Returns an integer from 0 to `limit - 1`. */
  below(limit: number): number
  pick<Item>(items: readonly [Item, ...Item[]]): Item
  /** Returns true with a probability of 1 / `times`. */
  once(times: number): boolean
}

/** The generator Mulberry32. Its quality is sufficient here, and it is the same on every machine. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { below, pick: (items) => items[below(items.length)] ?? items[0], once: (times) => below(times) === 0 }
}

const NAMES = ['a', 'b', 'c', 'db', 'app'] as const
/** Words that would do harm in place of a name, a flag or a word of a shell. */
const HOSTILE = [
  ...[
    '--',
    '--post-start=x',
    '-- rm -rf /',
    '$(HOME)',
    '$$(x)',
    '`id`',
    '; id',
    '../..',
    '/etc/passwd',
    'a/../b',
    'a,b',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'a\nb',
    '\u0000',
    '\ud800',
    '😀',
    '',
    ' ',
    '~',
    '*',
    '&x',
    '!!js',
    '<<',
    '# no',
    '0x1f',
  ],
  ...[
    'podorder-init',
    'podorder-bin',
    'job/x',
    'pod/-lapp=x',
    'service/n/x',
    'tcp://x:1',
    'https://x/',
    'sidecar/x',
    'file:/x',
  ],
] as const
const CONDITIONS = ['ready', 'started', 'completed', 'failed', 'ended', 'service_healthy'] as const
const SYNTAX = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '\n',
  '  ',
  '- ',
  '|',
  '>',
  '"',
  "'",
  '&a ',
  '*a',
  '<<: *a',
  '---\n',
  '%YAML',
  '\t',
  '?',
] as const

/** Generates a name, sometimes a hostile one. @param names the names of the pod's containers */
function growName(chance: Chance, names: readonly string[]): string {
  const [first = 'a', ...others] = names
  const name = chance.once(40) ? chance.pick(HOSTILE) : chance.pick([first, ...others])
  return chance.once(4) ? JSON.stringify(name) : name
}

function growTargets(chance: Chance, names: readonly string[]): string {
  const name = (): string => growName(chance, names)
  switch (chance.below(4)) {
    case 0:
      return name()
    case 1:
      return `[${chance.once(2) ? name() : names.join(', ')}]`
    case 2: {
      const timeout = chance.pick(['2m', '1h30m', '1ms', '-1s', '1e9h'])
      return `{${name()}: {condition: ${growCondition(chance)}, timeout: ${timeout}, optional: ${chance.pick(['true', 'false'])}}}`
    }
    default:
      return `{${name()}: ${growCondition(chance)}}`
  }
}

function growCondition(chance: Chance): string {
  return chance.once(40) ? chance.pick(HOSTILE) : chance.pick(CONDITIONS)
}

/** Generates an annotation. Most lines name a container and containers before it in the pod, which gives no cycles. */
export function growAnnotation(chance: Chance, names: readonly string[]): string {
  const lines = names.flatMap((name, index) =>
    index === 0 || chance.once(3)
      ? []
      : [`${chance.once(40) ? growName(chance, names) : name}: ${growTargets(chance, names.slice(0, index))}`],
  )
  return breakText(lines.join(chance.once(20) ? '\r\n' : '\n'), chance)
}

/** Sometimes damages a text: inserts, removes or doubles pieces. */
function breakText(text: string, chance: Chance): string {
  if (!chance.once(6)) return text
  let broken = text
  for (let times = chance.below(3); times >= 0; times--) {
    const at = chance.below(broken.length + 1)
    const length = chance.below(8)
    const piece = chance.pick([chance.pick(SYNTAX), chance.pick(HOSTILE), broken.slice(at, at + length), ''])
    broken = broken.slice(0, at) + piece + broken.slice(at + (chance.once(2) ? length : 0))
  }
  return broken
}

export function growPod(chance: Chance): PodTemplate {
  const names = NAMES.slice(0, 1 + chance.below(NAMES.length))
  const containers = names.map((name) => ({
    ...{
      name,
      image: 'x',
      command: ['run', chance.pick(HOSTILE)],
      args: chance.once(2) ? ['--', chance.pick(HOSTILE)] : [],
    },
    ...(chance.once(4) ? { readinessProbe: { httpGet: { port: 80, path: chance.pick(HOSTILE) } } } : {}),
    ...(chance.once(8) ? { livenessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: chance.below(9) } } : {}),
    ...(chance.once(6) ? { lifecycle: { postStart: { exec: { command: [chance.pick(HOSTILE)] } } } } : {}),
  }))
  const annotations: Record<string, string> = {}
  if (!chance.once(8)) annotations['podorder.io/depends-on'] = growAnnotation(chance, names)
  if (chance.once(5)) annotations['podorder.io/steps'] = breakText(chance.pick(['*', 'a, b', 'b,a,c', 'a']), chance)
  if (chance.once(8)) annotations['podorder.io/main'] = breakText('a', chance)
  if (chance.once(8)) annotations['podorder.io/stop-order'] = breakText(chance.pick(['reverse', 'together']), chance)
  if (chance.once(8)) annotations['podorder.io/wait-timeout'] = breakText('1h30m', chance)
  if (chance.once(30)) annotations['podorder.io/inject'] = breakText('enabled', chance)
  if (chance.once(60)) annotations[`podorder.io/${chance.pick(HOSTILE)}`] = chance.pick(HOSTILE)
  const restartPolicy = chance.pick(['Always', 'OnFailure', 'Never'] as const)
  return { metadata: { name: 'p', annotations }, spec: { restartPolicy, containers } }
}

const JUNK = [null, true, 0, -1, 1e308, '', 'x', [], {}, [null], { name: 'a' }, ['a'], [['a']]] as const

/** Damages a value: one value in it is replaced or removed, or gets a neighbour. */
export function breakValue(value: unknown, chance: Chance): unknown {
  if (typeof value !== 'object' || value === null || chance.once(6)) return chance.pick(JUNK)
  const keys = Object.keys(value)
  const key = keys[chance.below(keys.length)]
  if (key === undefined || chance.once(10)) {
    return Array.isArray(value)
      ? [...value, chance.pick(JUNK)]
      : { ...value, [chance.pick(HOSTILE)]: chance.pick(JUNK) }
  }
  const inner = breakValue((value as Readonly<Record<string, unknown>>)[key], chance)
  if (Array.isArray(value)) return chance.once(8) ? value.toSpliced(Number(key), 1) : value.with(Number(key), inner)
  return { ...value, [key]: inner }
}
