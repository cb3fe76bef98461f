/**
 * A streaming reader of a list of the API. Each object is passed on as soon as it is complete, so that a page of large objects
 * takes the memory of one. Pure.
 */
import { isObject, type JsonObject } from '../base/json-object.ts'

export interface ListPage {
  /** @throws a RangeError when it is not a list within the limits, a SyntaxError when it is not JSON */
  push(piece: string): void
  /** @returns the list without its objects. @throws as `push` does */
  end(): JsonObject
}

/** An object has at most 1.5 MiB in etcd; as JSON it may be a few times longer. */
const LONGEST_OBJECT = 16 * 1024 * 1024
/** The rest of the list: kind, version, the token of the next page. */
const LONGEST_FRAME = 256 * 1024

/** Brackets and quotes. The regular expression skips everything else, which is faster than a loop. */
const SIGN = /["{}[\]]/g
const QUOTED_SIGN = /["\\]/g
const BEFORE_ITEMS = /"items"\s*:\s*$/

export function createListPage(take: (object: unknown, length: number) => void): ListPage {
  let frame = ''
  let text = ''
  let at = 0
  let depth = 0
  let quoted = false
  /** The depth of the list of objects; 0 outside it. */
  let items = 0
  let begin = -1

  /** Drops the text that has been read, except that of the current object. */
  const forget = (): void => {
    const kept = begin === -1 ? at : begin
    if (begin === -1 && items === 0) frame += text.slice(0, at)
    text = text.slice(kept)
    at -= kept
    if (begin !== -1) begin = 0
    if (text.length > LONGEST_OBJECT || frame.length > LONGEST_FRAME) throw new RangeError('an object without end')
  }

  const open = (index: number): void => {
    if (items > 0 && depth === items && begin === -1) begin = index
    depth++
  }

  const close = (index: number): void => {
    depth--
    if (begin !== -1 && depth === items) {
      take(JSON.parse(text.slice(begin, index + 1)), index + 1 - begin)
      begin = -1
      return
    }
    if (items === 0 || depth >= items) return
    // The list of objects has ended; the frame follows.
    items = 0
    text = text.slice(index)
    at = 1
  }

  return {
    push(piece) {
      text += piece
      for (;;) {
        const sign = quoted ? QUOTED_SIGN : SIGN
        sign.lastIndex = at
        const found = sign.exec(text)
        if (found === null) {
          at = text.length
          return forget()
        }
        const { index } = found
        if (found[0] === '\\') {
          // The escaped character may be in the next piece.
          if (index + 1 === text.length) {
            at = index
            return forget()
          }
          at = index + 2
          continue
        }
        at = index + 1
        if (found[0] === '"') quoted = !quoted
        else if (found[0] === '{') open(index)
        else if (found[0] === '[') {
          open(index)
          if (items === 0 && depth === 2 && BEFORE_ITEMS.test(frame + text.slice(0, index))) {
            items = depth
            frame += text.slice(0, at)
            text = text.slice(at)
            at = 0
          }
        } else close(index)
      }
    },
    end() {
      forget()
      const value: unknown = JSON.parse(frame + text)
      if (!isObject(value)) throw new SyntaxError('no list')
      return value
    },
  }
}
