/**
 * Files of variables, as docker compose reads `.env` and each `env_file`: `NAME=value`, `NAME: value`, `export NAME=value`, `NAME`.
 * Variables in a value are replaced, except in single quotes. Pure.
 *
 * Source: compose-go, package dotenv; docs.docker.com, "Syntax for .env files".
 */
import { interpolate, type Lookup } from './interpolate.ts'

const NAME = /[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*/y
const QUOTED = /[ \t]*(?:'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)")/y
const REST_OF_LINE = /[^\n]*(?:\n|$)/y

/** Letters behind a backslash, as Go's strconv.Unquote reads them. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ...([['a', '\u0007'], ['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t'], ['v', '\v']] as const), // prettier-ignore
  ...([['"', '"'], ['\\', '\\'], ['$', '$$']] as const), // prettier-ignore
])

/**
 * Reads the variables of a file. A line may use variables of earlier lines.
 * @param lookup overrides the file's variables within values, and gives the value of a name without one
 * @param known variables of earlier files: values may use them, and they are not returned
 */
export function readDotenv(
  text: string,
  lookup: Lookup,
  known: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const made = new Map<string, string>()
  const resolve: Lookup = (name) => lookup(name) ?? made.get(name) ?? known.get(name)
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(source) ?? undefined
    at += found?.[0].length ?? 0
    return found
  }
  while (at < source.length) {
    const name = take(NAME)?.[1]
    const sign = source[at]
    if (name === undefined || (sign !== '=' && sign !== ':')) {
      const rest = take(REST_OF_LINE)?.[0].trim() ?? ''
      const inherited = name === undefined || (rest !== '' && !rest.startsWith('#')) ? undefined : lookup(name)
      if (name !== undefined && inherited !== undefined) made.set(name, inherited)
      continue
    }
    at++
    const quoted = take(QUOTED)
    const rest = take(REST_OF_LINE)?.[0] ?? ''
    if (quoted?.[1] !== undefined) made.set(name, quoted[1].replaceAll(String.raw`\'`, "'"))
    else if (quoted?.[2] !== undefined) made.set(name, expand(unescape(quoted[2]), resolve))
    // A # starts a comment only after white space.
    else made.set(name, expand(rest.replace(/[ \t]#.*/s, '').trim(), resolve))
  }
  return made
}

function unescape(text: string): string {
  return text.replaceAll(/\\([abfnrtv"\\$])/g, (_, letter: string) => ESCAPES.get(letter) ?? letter)
}

/** Replaces variables. A value with a syntax error is not changed. */
function expand(text: string, lookup: Lookup): string {
  const result = interpolate(text, lookup)
  return 'text' in result ? result.text : text
}

/** Reads a file of `format: raw`: each value is the text behind `=`, including quotes and dollar signs. */
export function readRawEnv(text: string, lookup: Lookup): ReadonlyMap<string, string> {
  const made = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const at = line.indexOf('=')
    const name = (at === -1 ? line : line.slice(0, at)).trim()
    const value = at === -1 ? lookup(name) : line.slice(at + 1)
    if (value !== undefined) made.set(name, value)
  }
  return made
}
