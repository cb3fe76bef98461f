/** A command line as one text, split as docker compose splits it: at white space, with quotes, and no shell. Pure. */

const WORD_PART = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y

/** @returns undefined where a quote is not closed. Source: compose-go uses mattn/go-shellwords for `command` and `entrypoint`. */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line[at] ?? '')) {
      if (word !== undefined) words.push(word)
      word = undefined
      at++
      continue
    }
    WORD_PART.lastIndex = at
    const [part, single, double, escaped, plain] = WORD_PART.exec(line) ?? []
    if (part === undefined) return undefined
    word = (word ?? '') + (single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
    at += part.length
  }
  return word === undefined ? words : [...words, word]
}
