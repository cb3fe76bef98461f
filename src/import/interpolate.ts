/**
 * Variables in a compose file: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?error}`, `${NAME?error}`,
 * `${NAME:+other}`, `${NAME+other}`, and `$$` for a dollar sign. A default may hold variables itself. Pure.
 *
 * Source: compose-spec 12-interpolation.md.
 */

export type Lookup = (name: string) => string | undefined

export type Interpolated =
  | {
      readonly text: string
      /** Variables that are not set and have no default: each becomes an empty text, as in docker compose. */
      readonly unset: readonly string[]
    }
  | { readonly problem: string; readonly fix: string }

const NAME = /[A-Za-z_]\w*/y
const OPERATOR = /:?[-?+]/y

/** The limit of nested defaults. */
const DEEPEST = 20

export function interpolate(text: string, lookup: Lookup): Interpolated {
  if (!text.includes('$')) return { text, unset: [] }
  const reading: Reading = { lookup, unset: new Set<string>(), problems: [] }
  const { value } = readText(text, 0, 0, reading)
  const [problem] = reading.problems
  return problem ?? { text: value, unset: [...reading.unset] }
}

interface Reading {
  readonly lookup: Lookup
  readonly unset: Set<string>
  /** Only the first problem counts: reading ends there. */
  readonly problems: { readonly problem: string; readonly fix: string }[]
}

const SYNTAX_FIX = 'write ${NAME} or ${NAME:-default} for a variable, $$ for a dollar sign'

function refuse(
  problem: string,
  text: string,
  { problems }: Reading,
  fix = SYNTAX_FIX,
): { value: string; end: number } {
  problems.push({ problem, fix })
  return { value: '', end: text.length }
}

/** @param depth 0: read to the end of the text, else to the brace that closes the default. @returns the value and its end */
function readText(text: string, from: number, depth: number, reading: Reading): { value: string; end: number } {
  let value = ''
  let at = from
  while (at < text.length) {
    if (depth > 0 && text[at] === '}') break
    if (text[at] !== '$') {
      value += text[at]
      at++
    } else if (text[at + 1] === '$') {
      value += '$'
      at += 2
    } else {
      const variable = readVariable(text, at + 1, depth, reading)
      value += variable.value
      at = variable.end
    }
  }
  return { value, end: at }
}

function readVariable(text: string, from: number, depth: number, reading: Reading): { value: string; end: number } {
  const braced = text[from] === '{'
  const name = match(NAME, text, braced ? from + 1 : from)
  if (name === undefined) {
    const problem = `"${text.slice(from - 1, from + 12)}" is not a variable`
    return refuse(problem, text, reading)
  }
  const behind = from + (braced ? 1 : 0) + name.length
  const found = reading.lookup(name)
  if (!braced) return { value: orEmpty(found, name, reading), end: behind }
  if (text[behind] === '}') return { value: orEmpty(found, name, reading), end: behind + 1 }
  const operator = match(OPERATOR, text, behind)
  if (operator === undefined || depth >= DEEPEST) return refuse(`"\${${name}" is not a variable`, text, reading)
  // A word that is not needed is read only to find its end: variables in it do not count as unset.
  const aside = { ...reading, unset: new Set<string>() }
  const word = readText(text, behind + operator.length, depth + 1, aside)
  if (text[word.end] !== '}') return refuse(`"\${${name}${operator}" has no closing brace`, text, reading)
  const isSet = operator.startsWith(':') ? found !== undefined && found !== '' : found !== undefined
  const end = word.end + 1
  const takeWord = (): { value: string; end: number } => {
    for (const missing of aside.unset) reading.unset.add(missing)
    return { value: word.value, end }
  }
  const kind = operator.at(-1)
  if (kind === '-') return isSet ? { value: found ?? '', end } : takeWord()
  if (kind === '+') return isSet ? takeWord() : { value: '', end }
  if (isSet) return { value: found ?? '', end }
  // The message comes from the file, so it is quoted.
  const message = word.value === '' ? '' : `: "${word.value}"`
  const state = found === undefined ? 'is not set' : 'is empty'
  const fix = `set ${name} in the environment or in .env`
  return refuse(`the variable ${name} ${state}, and the file requires it${message}`, text, reading, fix)
}

function orEmpty(found: string | undefined, name: string, { unset }: Reading): string {
  if (found === undefined) unset.add(name)
  return found ?? ''
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
