/** The annotation `podorder.io/options`: options of each container for its wrapper. */
import { parseDuration } from '../base/duration.ts'
import { parseSignal, listSignalNames } from '../base/signal-names.ts'
import { proposeWord } from '../base/suggest.ts'
import { describeKind, type Entry, type Fault, type Tree } from '../manifest/tree.ts'
import type { OptionKey, SaidOptions } from './container-options.ts'
import { DURATION_FIX } from './depends-on.ts'
import { type PodNames, refuseName } from './edges.ts'

/** The key of defaults for every container. */
export const EVERY_CONTAINER = '*'

/** The type of each option's value. */
export const OPTION_FORMS = {
  retries: { kind: 'count' },
  retryDelay: { kind: 'duration', leastMs: 0 },
  retryMaxDelay: { kind: 'duration', leastMs: 0 },
  timeout: { kind: 'duration', leastMs: 1 },
  onError: { kind: 'choice', choices: ['continue', 'stopAndFail'] },
  stopGracePeriod: { kind: 'duration', leastMs: 1 },
  stopSignal: { kind: 'signal' },
  quiet: { kind: 'switch' },
  logFormat: { kind: 'choice', choices: ['text', 'json'] },
  exec: { kind: 'switch' },
  // More frequent probing would keep the wrapper busy.
  probeEvery: { kind: 'duration', leastMs: 10 },
  command: { kind: 'words' },
} as const satisfies Readonly<Record<OptionKey, Form>>

type Form =
  | { readonly kind: 'count' | 'signal' | 'switch' | 'words' }
  | { readonly kind: 'duration'; readonly leastMs: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }

export const OPTION_KEYS = Object.keys(OPTION_FORMS) as readonly OptionKey[]

type Value = number | string | boolean | readonly string[]

/**
 * Reads `container: {option: value}`. Invalid parts are faults and left out.
 * @returns options by container, including `*`
 */
export function readOptions(tree: Tree, pod: PodNames, faults: Fault[]): ReadonlyMap<string, SaidOptions> {
  if (tree.kind !== 'map') {
    const what = `podorder.io/options is ${describeKind(tree)}, not a map of containers`
    faults.push({ at: tree.at, what, fix: 'write "app: {retries: 3}", or "*" instead of app for all' })
    return new Map()
  }
  const said = tree.entries.flatMap((entry): readonly [string, SaidOptions][] => {
    const isEvery = entry.key === EVERY_CONTAINER
    const refusal = isEvery ? undefined : refuseName(entry.key, pod, faults.length)
    if (refusal !== undefined) {
      faults.push({ at: entry.keyAt, ...refusal })
      if (entry.value.kind !== 'map') return []
    }
    return [[entry.key, readContainerOptions(entry, isEvery, faults)]]
  })
  return new Map(said)
}

function readContainerOptions({ key, keyAt, value }: Entry, isEvery: boolean, faults: Fault[]): SaidOptions {
  const whose = isEvery ? {} : { container: key }
  const none = { places: {} }
  if (value.kind !== 'map' || value.entries.length === 0) {
    const isEmpty = value.kind === 'map' || describeKind(value) === 'empty'
    const what = isEmpty ? 'its options are empty' : `its options are ${describeKind(value)}, not a map`
    faults.push({ at: isEmpty ? keyAt : value.at, ...whose, what, fix: 'write a map: {retries: 3, timeout: 5m}' })
    return none
  }
  return value.entries.reduce<SaidOptions>((said, entry) => {
    const read = readOption(entry, isEvery, faults.length)
    if ('value' in read) {
      return { ...said, [entry.key]: read.value, places: { ...said.places, [entry.key]: entry.keyAt } }
    }
    faults.push({ ...whose, ...read })
    return said
  }, none)
}

function readOption(
  { key, keyAt, value }: Entry,
  isEvery: boolean,
  told: number,
): { readonly value: Value } | Pick<Fault, 'at' | 'what' | 'fix'> {
  const name = OPTION_KEYS.find((known) => known === key)
  if (name === undefined) {
    return { at: keyAt, what: `unknown option "${key}"`, fix: proposeWord(key, OPTION_KEYS, listKeys(), told) }
  }
  if (name === 'command' && isEvery) {
    return { at: keyAt, what: 'command cannot be an option of all containers', fix: 'write it for one container' }
  }
  const read = readForm(OPTION_FORMS[name], value, told)
  const is = name === 'command' ? 'not a list of words' : describeValue(value)
  if (!('value' in read)) return { at: value.at, what: `${name} is ${is}`, ...read }
  if (name !== 'exec') return read
  return { value: read.value === false ? 'never' : isEvery ? 'may' : 'must' }
}

const listKeys = (): string => `use ${OPTION_KEYS.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`

function describeValue(tree: Tree): string {
  return tree.kind === 'scalar' && tree.value !== null && tree.value !== ''
    ? JSON.stringify(String(tree.value))
    : describeKind(tree)
}

/** @param told how many faults were found before */
function readForm(form: Form, tree: Tree, told: number): { readonly value: Value } | { readonly fix: string } {
  const word = tree.kind === 'scalar' ? String(tree.value ?? '') : undefined
  switch (form.kind) {
    case 'count':
      return word !== undefined && /^\d{1,9}$/.test(word)
        ? { value: Number(word) }
        : { fix: 'write a whole number, such as 3' }
    case 'duration': {
      const ms = word === undefined ? undefined : parseDuration(word)
      if (ms === undefined) return { fix: DURATION_FIX }
      return ms >= form.leastMs ? { value: ms } : { fix: `write ${form.leastMs}ms or more` }
    }
    case 'choice': {
      const found = form.choices.find((choice) => choice === word)
      if (found !== undefined) return { value: found }
      return { fix: proposeWord(word ?? '', form.choices, `write ${form.choices.join(' or ')}`, told) }
    }
    case 'switch':
      return word === 'true' || word === 'false' ? { value: word === 'true' } : { fix: 'write true or false' }
    case 'signal':
      return word !== undefined && parseSignal(word) !== undefined
        ? { value: word }
        : { fix: proposeWord(word ?? '', listSignalNames(), 'write its name, such as SIGINT or SIGRTMIN+3', told) }
    case 'words':
      return readWords(tree)
  }
}

function readWords(tree: Tree): { readonly value: readonly string[] } | { readonly fix: string } {
  const items = tree.kind === 'list' ? tree.items : []
  const words = items.flatMap((item) => (item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : []))
  return words.length === items.length && (words[0] ?? '') !== ''
    ? { value: words }
    : { fix: 'write it as ["/bin/app", "--serve"]' }
}

/**
 * Merges the options of each container of an order over those of `*`.
 * @returns no entry for a container without options
 */
export function spreadOptions(
  said: ReadonlyMap<string, SaidOptions>,
  containers: readonly string[],
): ReadonlyMap<string, SaidOptions> {
  const every = said.get(EVERY_CONTAINER)
  return new Map(
    containers.flatMap((name): readonly [string, SaidOptions][] => {
      const own = said.get(name)
      if (own === undefined) return every === undefined ? [] : [[name, every]]
      if (every === undefined) return [[name, own]]
      return [[name, { ...every, ...own, places: { ...every.places, ...own.places } }]]
    }),
  )
}
