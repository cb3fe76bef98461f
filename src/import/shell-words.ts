/**
 * Splits a command line as docker compose does: at white space, with quotes, without a shell. Pure.
 *
 * Source: compose-go uses mattn/go-shellwords for `command` and `entrypoint`. Text in `$(…)` and in backquotes is one word. A shell
 * operator outside quotes ends the line, and the rest is dropped.
 */

export type SplitLine =
  | {
      readonly words: readonly string[]
      /** The dropped text; it begins with the operator. */
      readonly dropped: string
    }
  | { readonly problem: string }

const SINGLE = /'([^']*)'/y
const DOUBLE = /"((?:[^"\\]|\\[\s\S])*)"/y
const ESCAPED = /\\([\s\S])/y
const AS_IT_IS = /`(?:[^`\\]|\\[\s\S])*`|\$\((?:[^()\\]|\\[\s\S])*\)|[^ \t\r\n'"\\`()<>;&|]/y
const SPACE = /[ \t\r\n]/
const OPERATOR = /[<>;&|]/

export function splitWords(line: string): SplitLine {
  const words: string[] = []
  let word: string | undefined
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(line) ?? undefined
    at += found?.[0].length ?? 0
    return found
  }
  while (at < line.length) {
    const letter = line[at] ?? ''
    if (SPACE.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
      at++
    } else if (OPERATOR.test(letter)) {
      // The digits of `2>` are a part of the operator.
      const isNumbered = letter === '>' && word !== undefined && /^\d+$/.test(word)
      const last: readonly string[] = word === undefined || isNumbered ? [] : [word]
      return { words: [...words, ...last], dropped: line.slice(isNumbered ? at - (word ?? '').length : at).trim() }
    } else {
      const quoted = take(SINGLE)?.[1] ?? readEscapes(take(DOUBLE)?.[1]) ?? readEscapes(take(ESCAPED)?.[0])
      const part = quoted ?? take(AS_IT_IS)?.[0]
      if (part === undefined) return { problem: describeRest(letter) }
      word = (word ?? '') + part
    }
  }
  return { words: word === undefined ? words : [...words, word], dropped: '' }
}

function describeRest(letter: string): string {
  if (letter === '(' || letter === ')') return `"${letter}" stands outside quotes`
  return letter === '\\' ? 'it ends with a backslash' : 'a quote is not closed'
}

/** Replaces escapes: `\n` and `\t`; a backslash before any other letter is removed. */
function readEscapes(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\([\s\S])/g, (_, letter: string) =>
    letter === 'n' ? '\n' : letter === 't' ? '\t' : letter,
  )
}
