/** A stream of JSON objects, one after another with blanks or line ends between them, or with nothing; cut as its pieces come. Pure. */

export interface JsonStream {
  /** @returns the texts of the objects that are whole by now */
  push(piece: string): readonly string[]
  /** What is not whole yet. */
  readonly rest: string
  /** Something that begins no object stands where one might; nothing more is cut. */
  readonly strange: boolean
}

/** What opens, closes or hides the others; everything else is skipped at the engine's own pace. */
const SIGN = /["{}]/g
const QUOTED_SIGN = /["\\]/g
const BLANKS = /[\s\uFEFF]*/y

export function createJsonStream(): JsonStream {
  let text = ''
  /** Up to where it has been looked at. */
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
      // What is escaped is perhaps still to come.
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
