/** Words as a POSIX shell reads them. */

/** `my pod` -> `'my pod'`. What needs no quotes stays as it is. */
export function quoteWord(word: string): string {
  return /^[-\w.,:/@=+%]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
