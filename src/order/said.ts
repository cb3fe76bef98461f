/** Collects podorder's annotations of a pod as text; other files read their values. Pure. */
import { THEIR_ORDER, DEPENDS_ON, isQualified, PREFIX, sayCommandBy, STEPS } from '../pod/annotation-names.ts'
import { describeKind, type Entry, type Fault, type Scalar, type Tree } from '../manifest/tree.ts'
import { proposeWord } from '../base/suggest.ts'
import { type PodNames, refuseName } from './edges.ts'
import { adviseText } from './names.ts'

/** The annotations of an order, and all others. */
export const ORDERING = ['depends-on', 'steps', 'main', 'stop-order', 'wait-timeout', 'options'] as const
export const OTHERS = ['inject', 'ready', 'failed', 'nudge', 'original', 'command.<container>']
/** The annotations that users write. */
const WRITTEN = [...ORDERING, 'command.<container>']

export type Ordering = (typeof ORDERING)[number]

/** An existing annotation that is text. */
export interface Said {
  readonly entry: Entry
  readonly text: Scalar
}

/** Collects podorder's annotations by their names behind the slash. */
export function collectAnnotations(
  annotations: Tree | undefined,
  pod: PodNames,
  faults: Fault[],
): ReadonlyMap<Ordering, Said> {
  const said = new Map<Ordering, Said>()
  if (annotations === undefined || describeKind(annotations) === 'empty') return said
  if (annotations.kind !== 'map') {
    const what = `annotations are ${describeKind(annotations)}, not a map`
    faults.push({ at: annotations.at, what, fix: 'write "name: text" for each' })
    return said
  }
  const theirs = annotations.entries.find(({ key }) => key === THEIR_ORDER)
  const isOurs = annotations.entries.some(({ key }) => key === DEPENDS_ON || key === STEPS)
  const order = theirs === undefined || isOurs ? undefined : readText(theirs, faults)
  if (theirs !== undefined && order !== undefined) said.set('depends-on', { entry: theirs, text: order })
  for (const entry of annotations.entries) {
    if (!entry.key.startsWith(PREFIX)) continue
    const name = entry.key.slice(PREFIX.length)
    const ordering = ORDERING.find((known) => known === name)
    if (ordering !== undefined) {
      const text = readText(entry, faults)
      if (text !== undefined) said.set(ordering, { entry, text })
    } else if (!OTHERS.includes(name) && !/^command\../.test(name)) {
      const known = [...ORDERING, ...OTHERS]
      const fix = proposeWord(name, known, `use ${WRITTEN.join(', ')} or inject behind ${PREFIX}`, faults.length)
      faults.push({ at: entry.keyAt, what: `unknown annotation ${entry.key}`, fix })
    } else if (name === 'inject') {
      const choice = readText(entry, faults)
      if (choice !== undefined) faults.push(...refuseChoice(entry, choice))
    } else if (!isQualified(entry.key)) {
      const fix = `write ${sayCommandBy(name.slice('command.'.length))}`
      faults.push({ at: entry.keyAt, what: 'the API server refuses an annotation whose name is longer than 63', fix })
    } else if (name.startsWith('command.')) {
      const refusal = refuseCommandOf(name.slice('command.'.length), pod, faults.length)
      if (refusal !== undefined) faults.push({ at: entry.keyAt, ...refusal })
    }
  }
  return said
}

/** Refuses other values of `inject`, as the webhook does. */
function refuseChoice({ key }: Entry, { value, at }: Scalar): readonly Fault[] {
  const choices = ['enabled', 'disabled']
  const word = String(value).trim()
  if (choices.includes(word)) return []
  return [{ at, what: `${key} is "${word}"`, fix: proposeWord(word, choices, 'write enabled or disabled') }]
}

/** Refuses a command for an unknown container. The container need not be ordered. */
function refuseCommandOf(name: string, pod: PodNames, told: number): Pick<Fault, 'what' | 'fix'> | undefined {
  return pod.inits.has(name) ? undefined : refuseName(name, pod, told)
}

/** Refuses annotations that are not text, as the API server does. A map usually means that a `|` is missing. */
function readText({ key, keyAt, value }: Entry, faults: Fault[]): Scalar | undefined {
  if (value.kind === 'scalar' && typeof value.value === 'string' && value.value.trim() !== '') return value
  if (value.kind === 'scalar' && (value.value === null || typeof value.value === 'string')) {
    faults.push(wordEmpty({ key, keyAt }))
    return undefined
  }
  faults.push({ at: value.at, what: `${key} is ${describeKind(value)}, not text`, fix: adviseText(key, value) })
  return undefined
}

export function wordEmpty({ key, keyAt }: Pick<Entry, 'key' | 'keyAt'>): Fault {
  return { at: keyAt, what: `${key} is empty`, fix: 'give it a value, or remove the annotation' }
}
