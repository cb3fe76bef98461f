/** Makes text from outside safe for a log or a terminal. Pure. */

/** Bytes of UTF-8. */
const LONGEST_CITATION = 1024
const CUT = '…'

/**
 * Puts a text on one line and escapes what a terminal would interpret or a reader could not see: control characters, line and
 * paragraph separators, direction marks and other invisible characters become `\n`, `\x1b`, `\u202e`. Escaping an escaped text
 * changes nothing.
 */
export function escapeControls(text: string): string {
  // Nearly every text is plain, and compiling the pattern below takes 50 us at start-up.
  return isPlain(text) ? text : text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeOne)
}

/** Does the same to a JSON text, which keeps its meaning: JSON's own escapes stay, and so do the line ends between its tokens. */
export function escapeJson(json: string): string {
  return isPlain(json) ? json : json.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeUnits)
}

/** Writes a JSON document that may contain text from outside. */
export function writeDocument(value: unknown): string {
  return `${escapeJson(JSON.stringify(value, undefined, 2))}\n`
}

/** As `escapeControls`, for a text of any length from outside: cuts it to 1 KiB. */
export function cite(text: string, longest = LONGEST_CITATION): string {
  // Each letter takes at least one byte.
  const escaped = escapeControls(text.slice(0, longest + 1))
  if (text.length <= longest && measureBytes(escaped) <= longest) return escaped
  let bytes = measureBytes(CUT)
  let kept = ''
  for (const letter of text) {
    const next = escapeControls(letter)
    bytes += measureBytes(next)
    if (bytes > longest) break
    kept += next
  }
  return kept + CUT
}

function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x20 || unit > 0x7e) return false
  }
  return true
}

const NAMED: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` }

function escapeOne(letter: string): string {
  const code = letter.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code > 0xffff) return `\\u{${hex}}`
  return NAMED[letter] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`)
}

function escapeUnits(letter: string): string {
  return letter
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

/** Bytes of UTF-8. */
export function measureBytes(text: string): number {
  let bytes = 0
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
  }
  return bytes
}
