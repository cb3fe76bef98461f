/**
 * Reads the command lines of `entrypoint wait …` and of k8s-wait-for. Pure.
 *
 * Flags and words may be mixed, since k8s-wait-for passes everything after its first two words to kubectl, which allows it:
 * `pod -lapp=db -n shop`, `job migrate --namespace=shop`.
 */
import { LONGEST_TIMER_MS, parseDuration } from '../base/duration.ts'
import { suggest } from '../base/suggest.ts'
import { type Demand, demandsOf, OBJECT_KINDS } from '../kube/kinds.ts'
import {
  ABSENCES,
  checkExec,
  checkHttp,
  checkTcp,
  countAbsent,
  fileAt,
  makeObject,
  type ParsedTarget,
  parseTarget,
  type Target,
  type Which,
} from '../kube/target.ts'
import { WAIT_OPTIONS, type WaitOption } from './wait-options.ts'

export interface WaitPlan {
  readonly targets: readonly Target[]
  readonly timeoutMs: number | undefined
  /** The interval of checks. The API is watched, not asked periodically. */
  readonly periodMs: number
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly logFormat: 'text' | 'json'
  readonly quiet: boolean
  /** Report every change, not only periodic reminders (`DEBUG=1`). */
  readonly verbose: boolean
}

export type WaitReading =
  | { readonly kind: 'plan'; readonly plan: WaitPlan }
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly problem: string }

const PERIOD_MS = 1000
const SHORT: ReadonlyMap<string, WaitOption> = new Map([
  ['l', 'selector'],
  ['n', 'namespace'],
  ['A', 'all-namespaces'],
  ['h', 'help'],
])

/** @param argv begins with `wait` or the word of k8s-wait-for */
export function readWait(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): WaitReading {
  const scanned = scan(argv[0] === 'wait' ? argv.slice(1) : argv)
  if ('problem' in scanned) return { kind: 'problem', problem: scanned.problem }
  const { values, words } = scanned
  if (values.get('help')?.at(-1) === 'true') return { kind: 'help' }
  if (values.get('all-namespaces')?.at(-1) === 'true') {
    return {
      kind: 'problem',
      problem: '--all-namespaces is not supported, because names are unique in one namespace only; give -n NAMESPACE',
    }
  }
  const problems: string[] = []
  const absent = values.get('absent-job')?.at(-1) ?? 'waiting'
  if (!ABSENCES.some((known) => known === absent))
    problems.push(`--absent-job is waiting or completed, not "${absent}"`)
  const targets = collectTargets(values, words).flatMap((target) => {
    if ('problem' in target) problems.push(target.problem)
    if ('problem' in target) return []
    return [(absent === 'completed' ? countAbsent(target) : undefined) ?? target]
  })
  const duration = (what: string, text: string | undefined): number | undefined => {
    if (text === undefined) return undefined
    const ms = parseDuration(text)
    if (ms === undefined || ms < 0) problems.push(`${what} takes a duration such as 90s or 5m, not "${text}"`)
    return Math.min(ms ?? 0, LONGEST_TIMER_MS)
  }
  const logFormat = values.get('log-format')?.at(-1) ?? 'text'
  if (logFormat !== 'text' && logFormat !== 'json') problems.push(`--log-format is text or json, not "${logFormat}"`)
  const plan: WaitPlan = {
    targets,
    timeoutMs: duration('--timeout', values.get('timeout')?.at(-1)) || undefined,
    periodMs:
      duration('--period', values.get('period')?.at(-1)) ??
      duration('WAIT_TIME', readSeconds(env['WAIT_TIME'])) ??
      PERIOD_MS,
    kubeconfig: values.get('kubeconfig')?.at(-1),
    context: values.get('context')?.at(-1),
    logFormat: logFormat === 'json' ? 'json' : 'text',
    quiet: values.get('quiet')?.at(-1) === 'true',
    // Other programs also use DEBUG, with words as values.
    verbose: /^[1-9]\d*$/.test(env['DEBUG'] ?? ''),
  }
  if (problems[0] === undefined && targets.length === 0)
    problems.push('nothing to wait for; name a target such as pod/db')
  return problems[0] === undefined ? { kind: 'plan', plan } : { kind: 'problem', problem: problems[0] }
}

/** Reads an argument of `sleep` in k8s-wait-for: seconds, or a number with a unit. */
function readSeconds(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  return /^[\d.]+$/.test(text) ? `${text}s` : text
}

type Values = ReadonlyMap<WaitOption, readonly string[]>

interface Scanned {
  readonly values: Values
  readonly words: readonly string[]
}

function scan(argv: readonly string[]): Scanned | { readonly problem: string } {
  const values = new Map<WaitOption, string[]>()
  const words: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (word === '--') return { values, words: [...words, ...argv.slice(index + 1)] }
    if (!word.startsWith('-') || word === '-') {
      words.push(word)
      continue
    }
    const flag = readFlag(word)
    if (flag === undefined) return { problem: `unknown flag ${word.split('=', 1)[0]}${proposeFlag(word)}` }
    let { value } = flag
    if (WAIT_OPTIONS[flag.name].kind === 'switch') {
      value ??= 'true'
      if (value !== 'true' && value !== 'false')
        return { problem: `--${flag.name} is either true or false, not "${value}"` }
    } else value ??= argv[++index]
    if (value === undefined) return { problem: `--${flag.name} needs a value` }
    values.set(flag.name, [...(values.get(flag.name) ?? []), value])
  }
  return { values, words }
}

/** Reads `--name`, `--name=value`, the same with one dash or `_`, `-nvalue`, `-n=value`, `-n`. */
function readFlag(word: string): { readonly name: WaitOption; readonly value: string | undefined } | undefined {
  const [, spelled = '', , value] = /^--?([^=]*)(=([^]*))?$/.exec(word) ?? []
  const long = spelled.replaceAll('_', '-')
  if (Object.hasOwn(WAIT_OPTIONS, long)) return { name: long as WaitOption, value }
  const short = SHORT.get(word.charAt(1))
  if (short === undefined) return undefined
  const attached = word.slice(2)
  if (attached === '') return { name: short, value: undefined }
  return WAIT_OPTIONS[short].kind === 'switch' ? undefined : { name: short, value: attached.replace(/^=/, '').trim() }
}

function proposeFlag(word: string): string {
  const near = suggest(word.replace(/^-+/, '').split('=', 1)[0] ?? '', Object.keys(WAIT_OPTIONS))
  return near === undefined ? '' : `; did you mean --${near}?`
}

function collectTargets(values: Values, words: readonly string[]): readonly ParsedTarget[] {
  const list = (name: WaitOption): readonly string[] => values.get(name) ?? []
  const namespace = values.get('namespace')?.at(-1)
  const asked = readKindWord(words[0])
  const named = (which: Which): ParsedTarget => {
    const text = 'name' in which ? which.name : `-l ${which.selector}`
    return asked === undefined
      ? { problem: `"${text}" is not a target; write pod ${text}, job ${text} or service ${text}` }
      : makeObject(asked.kind, asked.demand, namespace, which)
  }
  const isTarget = (word: string): boolean => /[/:]/.test(word)
  const rest = asked === undefined ? words : words.slice(1)
  const objects = [
    ...rest.map((word) => (isTarget(word) ? placeIn(parseTarget(word), namespace) : named({ name: word }))),
    ...list('selector').map((selector) => named({ selector })),
  ]
  if (asked !== undefined && objects.length === 0) return [named({ name: '' })]
  return [
    ...objects,
    ...list('http').map(checkHttp),
    ...list('tcp').map(checkTcp),
    ...list('exec').map(checkExec),
    ...list('file').map(fileAt),
  ]
}

/** Reads the words of k8s-wait-for with their meanings there. */
function readKindWord(word: string | undefined): { kind: (typeof OBJECT_KINDS)[number]; demand: Demand } | undefined {
  const [, name, suffix] = /^([a-z]+?)(-we|-wr)?$/.exec(word ?? '') ?? []
  const kind = OBJECT_KINDS.find((known) => known === name)
  if (kind === undefined || (suffix !== undefined && demandsOf(kind).length === 1)) return undefined
  return { kind, demand: suffix === '-we' ? 'finished' : suffix === '-wr' ? 'some' : 'all' }
}

function placeIn(target: ParsedTarget, namespace: string | undefined): ParsedTarget {
  if (namespace === undefined || !('which' in target) || target.namespace !== undefined) return target
  return makeObject(target.kind, target.demand, namespace, target.which)
}
