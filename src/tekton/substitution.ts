/**
 * Replaces `$(steps.S.results.R)` and `$(steps.S.outputs.A)` in words, variables and scripts by the results and artifacts of earlier
 * steps. A reference that cannot be resolved is a problem, and the caller decides what to do with the text. Pure.
 */
import { ARTIFACTS, parseVariable, type ReadText, resolveReference, RESULTS_AND_ARTIFACTS } from './reference.ts'

export type Substituted<Result> = { readonly value: Result } | { readonly problem: string }

/** The beginning of all references. A text without it needs no replacement. */
export const MARK = '$(steps.'

/** Replaces references in the words of a command or the values of a `when`. A word that is a single `[*]` becomes several words. */
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

/** @returns undefined when the word is not a single reference to a list */
function expandWhole(word: string, read: ReadText): Substituted<readonly string[]> | undefined {
  const [match, ...others] = word.matchAll(RESULTS_AND_ARTIFACTS)
  if (match === undefined || others.length > 0 || match[0] !== word) return undefined
  const reference = parseVariable(match)
  if (reference?.kind !== 'result' || reference.part.kind !== 'all') return undefined
  const value = resolveReference(reference, read)
  if (value.kind === 'problem') return { problem: `${word}: ${value.problem}` }
  return value.kind === 'words' ? { value: value.words } : undefined
}

/** Replaces references in a single text, such as the input of a `when`. */
export function substituteText(text: string, read: ReadText): Substituted<string> {
  return replaceEach(text, RESULTS_AND_ARTIFACTS, read, undefined)
}

/** Replaces references in a variable. A list becomes empty text. */
export function substituteVariable(text: string, read: ReadText): Substituted<string> {
  return replaceEach(text, RESULTS_AND_ARTIFACTS, read, '')
}

/** Replaces references to artifacts in a script. Results are not replaced, since a result could contain shell commands. */
export function substituteScript(text: string, read: ReadText): Substituted<string> {
  return replaceEach(text, ARTIFACTS, read, undefined)
}

/** @param list the replacement of a list; undefined where a list is a problem */
function replaceEach(text: string, pattern: RegExp, read: ReadText, list: string | undefined): Substituted<string> {
  let problem: string | undefined
  const value = text.replaceAll(pattern, (...match: string[]) => {
    const [expression = ''] = match
    const reference = parseVariable(match)
    if (reference === undefined) {
      problem ??= `${expression}: write it as $(steps.STEP.results.RESULT), if needed followed by [0], [*] or .KEY`
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
