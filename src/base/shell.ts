/** Quotes words for a POSIX shell. */

/** `my pod` -> `'my pod'`. A word that needs no quotes is unchanged. */
export function quoteWord(word: string): string {
  return /^[-\w.,:/@=+%]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
