/**
 * `$(steps.S.results.R)` and `$(steps.S.outputs.A)` in words, variables and scripts: what earlier steps have left. Pure.
 * A reference that leads nowhere is a problem; whoever asks decides what becomes of the text.
 */
import { ARTIFACTS, parseVariable, type ReadText, resolveReference, RESULTS_AND_ARTIFACTS } from './reference.ts'

export type Substituted<Result> = { readonly value: Result } | { readonly problem: string }

/** How all of them begin: a text without it needs no look. */
export const MARK = '$(steps.'

/** Words of a command, or the values of a `when`: `[*]` stands alone, and becomes as many words as there are. */
export function substituteWords(words: readonly string[], read: ReadText): Substituted<readonly string[]> {
  const made: string[] = []
  for (const word of words) {
    const list = expandWhole(word, read)
    const result = list ?? substituteText(word, read)
    if ('problem' in result) return result
    made.push(...(typeof result.value === 'string' ? [result.value] : result.value))
  }
  return { value: made }
}

/** @returns undefined when the word is not one single reference to a list */
function expandWhole(word: string, read: ReadText): Substituted<readonly string[]> | undefined {
  const [match, ...others] = word.matchAll(RESULTS_AND_ARTIFACTS)
  if (match === undefined || others.length > 0 || match[0] !== word) return undefined
  const reference = parseVariable(match)
  if (reference?.kind !== 'result' || reference.part.kind !== 'all') return undefined
  const value = resolveReference(reference, read)
  if (value.kind === 'problem') return { problem: `${word}: ${value.problem}` }
  return value.kind === 'words' ? { value: value.words } : undefined
}

/** A single text: one word, or what is said in a `when`. */
export function substituteText(text: string, read: ReadText): Substituted<string> {
  return replaceEach(text, RESULTS_AND_ARTIFACTS, read, undefined)
}

/** The value of a variable, in which a list becomes nothing. */
export function substituteVariable(text: string, read: ReadText): Substituted<string> {
  return replaceEach(text, RESULTS_AND_ARTIFACTS, read, '')
}

/** A script: results are left alone in it, since whoever writes a result could write shell. */
export function substituteScript(text: string, read: ReadText): Substituted<string> {
  return replaceEach(text, ARTIFACTS, read, undefined)
}

/** @param list what a list becomes; undefined where it has no place */
function replaceEach(text: string, pattern: RegExp, read: ReadText, list: string | undefined): Substituted<string> {
  let problem: string | undefined
  const value = text.replaceAll(pattern, (...match: string[]) => {
    const [expression = ''] = match
    const reference = parseVariable(match)
    if (reference === undefined) {
      problem ??= `${expression}: write it as $(steps.STEP.results.RESULT), with [0], [*] or .KEY behind it if need be`
      return expression
    }
    const found = resolveReference(reference, read)
    if (found.kind === 'text') return found.text
    if (found.kind === 'words' && list !== undefined) return list
    const why = found.kind === 'problem' ? found.problem : 'a whole array must be a word of its own'
    problem ??= `${expression}: ${why}`
    return expression
  })
  return problem === undefined ? { value } : { problem }
}
