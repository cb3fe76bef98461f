/**
 * Estimates the width of text without a font, since pictures are drawn where no font is. The widths are those of a wide font
 * (DejaVu), so that a line that fits by estimate also fits in other fonts. Pure.
 */

/** The width of characters of a monospaced font, in em; Menlo, DejaVu and Liberation Mono agree to a hundredth. */
const MONO_EM = 0.603
/** The widths of classes of letters in DejaVu Sans, in em. */
const SANS_EM: readonly (readonly [RegExp, number])[] = [
  [/[ijlI.,:;!'|]/, 0.32],
  [/[ frt()[\]/-]/, 0.41],
  [/[mwMW@%…→]/, 0.98],
  [/[A-Z]/, 0.75],
]
const SANS_MEAN_EM = 0.64
/** From this code point on, most characters are square: CJK, Hangul, emoji. */
const FIRST_WIDE = 0x2e80

/** Counts the columns in a monospaced font. */
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

/** `postgres-migrations-2024` -> `postgres-m…tions-2024`: both ends help to distinguish names. */
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

/** Breaks text between words into lines of at most so many px. A longer word is cut. */
export function wrapWords(text: string, sizePx: number, widthPx: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && measureSans(longer, sizePx) <= widthPx) lines[lines.length - 1] = longer
    else lines.push(cutMiddle(word, Math.floor(widthPx / (SANS_MEAN_EM * sizePx))))
  }
  return lines
}
