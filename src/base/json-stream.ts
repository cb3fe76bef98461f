/** Splits a stream of JSON objects, with or without spaces or line ends between them, as its pieces arrive. Pure. */

export interface JsonStream {
  /** @returns the texts of the objects that are now complete */
  push(piece: string): readonly string[]
  /** The incomplete text at the end. */
  readonly rest: string
  /** The stream has something other than an object between its objects; nothing more is split off. */
  readonly strange: boolean
}

/** Characters that open, close or quote; the regular expression skips all others fast. */
const SIGN = /["{}]/g
const QUOTED_SIGN = /["\\]/g
const BLANKS = /[\s\uFEFF]*/y

export function createJsonStream(): JsonStream {
  let text = ''
  /** Everything before this index has been scanned. */
  let at = 0
  let depth = 0
  let quoted = false
  let strange = false

  function push(piece: string): readonly string[] {
    text += piece
    const whole: string[] = []
    let begin = 0
    while (!strange) {
      if (depth === 0) {
        BLANKS.lastIndex = begin
        begin += BLANKS.exec(text)?.[0].length ?? 0
        if (begin === text.length) break
        at = Math.max(at, begin)
        strange = text[begin] !== '{'
        if (strange) break
      }
      const sign = quoted ? QUOTED_SIGN : SIGN
      sign.lastIndex = at
      const found = sign.exec(text)
      if (found === null) {
        at = text.length
        break
      }
      const escaping = found[0] === '\\'
      // The escaped character may be in the next piece.
      if (escaping && found.index + 1 === text.length) {
        at = found.index
        break
      }
      at = found.index + (escaping ? 2 : 1)
      if (found[0] === '"') quoted = !quoted
      else if (!escaping) depth += found[0] === '{' ? 1 : -1
      if (depth > 0) continue
      whole.push(text.slice(begin, at))
      begin = at
    }
    text = text.slice(begin)
    at -= begin
    return whole
  }

  return {
    push,
    get rest() {
      return text
    },
    get strange() {
      return strange
    },
  }
}
