/**
 * How much room a text takes, without asking a font: pictures are drawn where none is. Fonts differ, so these are the widths
 * of wide ones (DejaVu), and a line that is estimated to fit does. Pure.
 */

/** Em: every character of a font of fixed width; Menlo, DejaVu and Liberation Mono agree to a hundredth. */
const MONO_EM = 0.603
/** Em, of DejaVu Sans: letters fall into few classes. */
const SANS_EM: readonly (readonly [RegExp, number])[] = [
  [/[ijlI.,:;!'|]/, 0.32],
  [/[ frt()[\]/-]/, 0.41],
  [/[mwMW@%…→]/, 0.98],
  [/[A-Z]/, 0.75],
]
const SANS_MEAN_EM = 0.64
/** From here on most characters are drawn on a square: CJK, Hangul, emoji. */
const FIRST_WIDE = 0x2e80

/** Columns of a font of fixed width. */
export function countColumns(text: string): number {
  let columns = 0
  for (const character of text) columns += (character.codePointAt(0) ?? 0) < FIRST_WIDE ? 1 : 2
  return columns
}

/** px */
export function measureMono(text: string, sizePx: number): number {
  return countColumns(text) * MONO_EM * sizePx
}

/** px */
export function measureSans(text: string, sizePx: number): number {
  let em = 0
  for (const character of text) {
    em += SANS_EM.find(([letters]) => letters.test(character))?.[1] ?? countColumns(character) * SANS_MEAN_EM
  }
  return em * sizePx
}

/** `postgres-migrations-2024` -> `postgres-m…tions-2024`: both ends tell names apart. */
export function cutMiddle(text: string, columns: number): string {
  if (countColumns(text) <= columns) return text
  const characters = Array.from(text)
  const room = Math.max(0, columns - 1)
  const head = takeColumns(characters, Math.ceil(room / 2))
  const tail = takeColumns(characters.toReversed(), Math.floor(room / 2)).toReversed()
  return [...head, '…', ...tail].join('')
}

function takeColumns(characters: readonly string[], columns: number): readonly string[] {
  let left = columns
  const end = characters.findIndex((character) => (left -= countColumns(character)) < 0)
  return end === -1 ? characters : characters.slice(0, end)
}

/** Lines of at most so many px, broken between words; a word that is longer is a line that is cut. */
export function wrapWords(text: string, sizePx: number, widthPx: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && measureSans(longer, sizePx) <= widthPx) lines[lines.length - 1] = longer
    else lines.push(cutMiddle(word, Math.floor(widthPx / (SANS_MEAN_EM * sizePx))))
  }
  return lines
}
