/**
 * Reads flags as Go's `flag` package does, because Tekton's controller writes them in that form and users of Kubernetes tools
 * expect it: `--x v`, `--x=v`, `-x v` and `-x=v` mean the same, and a name may have `_` in the place of `-`. Parsing stops at the
 * first word that is not a flag.
 */
import { suggest } from '../base/suggest.ts'

/** `switch` takes no value (`--x` or `--x=false`), `value` takes one, `list` may be repeated and takes values separated by commas. */
export type FlagKind = 'switch' | 'value' | 'list'

export interface FlagSpec {
  readonly kind: FlagKind
  /** Placeholder of the value in the help: `D`, `PATH`. */
  readonly value?: string
  readonly help: string
}

export type FlagTable = Readonly<Record<string, FlagSpec>>

export interface Scanned {
  /** Values by canonical name (`wait-file`), in the order given. A switch has `true` or `false`. */
  readonly values: ReadonlyMap<string, readonly string[]>
  /** Words before `--` that are not flags. */
  readonly words: readonly string[]
  /** Index of the first word after `--`; undefined when there is no `--`. */
  readonly rest: number | undefined
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])

/** @returns the flags and words, or one sentence about the first fault */
export function scanArgv(argv: readonly string[], table: FlagTable): Scanned | { readonly problem: string } {
  const values = new Map<string, string[]>()
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (word === '--') return { values, words: [], rest: index + 1 }
    if (word === '-' || !word.startsWith('-')) {
      const separator = argv.indexOf('--', index)
      const words = argv.slice(index, separator === -1 ? undefined : separator)
      return { values, words, rest: separator === -1 ? undefined : separator + 1 }
    }
    const equals = word.indexOf('=')
    const spelled = equals === -1 ? word : word.slice(0, equals)
    const name = spelled === '-h' ? 'help' : spelled.slice(spelled.startsWith('--') ? 2 : 1).replaceAll('_', '-')
    const spec = Object.hasOwn(table, name) ? table[name] : undefined
    if (spec === undefined) return { problem: `unknown flag ${spelled}${didYouMean(name, table)}` }
    let value = equals === -1 ? undefined : word.slice(equals + 1)
    if (spec.kind === 'switch') {
      value ??= 'true'
      if (!TRUE.has(value) && !FALSE.has(value))
        return { problem: `${spelled} is either true or false, not "${value}"` }
      value = TRUE.has(value) ? 'true' : 'false'
    } else if (value === undefined) {
      value = argv[++index]
      // `--` begins the command and is never a value: the flag's value is missing.
      if (value === undefined || value === '--')
        return { problem: `${spelled} needs a value: ${spelled} ${spec.value ?? 'VALUE'}` }
    }
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else known.push(value)
  }
  return { values, words: [], rest: undefined }
}

function didYouMean(name: string, table: FlagTable): string {
  const near = suggest(name, Object.keys(table))
  return near === undefined ? '' : `; did you mean --${near}?`
}
