/**
 * Scans a review before it is parsed: its depth, its number of values, and its namespace. The cost of parsing and of all later work
 * grows with the number of values, so a review above the limit is refused here. One pass over the bytes, without memory. Pure.
 */

export interface ReviewScan {
  /** The answer must contain it; undefined when it was not found. */
  readonly uid: string | undefined
  /** The namespace of the request; empty when there is none. */
  readonly namespace: string
  /** A clause that says which limit is exceeded. */
  readonly refusal: string | undefined
}

/** A limit: the deepest fields of a pod are about 12 levels down, and the review adds 3. */
const MAX_DEPTH = 100

/** A limit: a container with the API server's defaults has some 50 values, so 1,000 containers have half of this. */
const MAX_VALUES = 100_000

/** The limit of a uid and a namespace. */
const LONGEST = 256

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_MAP = 0x7b
const CLOSE_MAP = 0x7d

/** The depth of the fields of `request`. */
const REQUEST_DEPTH = 2

export function scanReview(body: Uint8Array): ReviewScan {
  const found = new Map<string, string>()
  let depth = 0
  let values = 1
  let refusal: string | undefined
  /** The last string at the depth of the request's fields, and the field whose value it may be. */
  let text = ''
  let key: string | undefined
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]
    if (byte === QUOTE) {
      const end = findEnd(body, at + 1)
      if (depth === REQUEST_DEPTH) {
        text = readText(body, at + 1, end)
        if (key !== undefined && !found.has(key)) found.set(key, text)
        key = undefined
      }
      at = end
    } else if (byte === COLON) {
      if (depth === REQUEST_DEPTH) key = text
    } else if (byte === COMMA) {
      key = undefined
      values++
    } else if (byte === OPEN_MAP || byte === OPEN_LIST) {
      key = undefined
      depth++
      values++
      if (depth > MAX_DEPTH) refusal = `it is nested more than ${MAX_DEPTH} levels deep; pods are not`
    } else if (byte === CLOSE_MAP || byte === CLOSE_LIST) depth--
    if (values > MAX_VALUES) refusal = `it has more than ${MAX_VALUES} values; podorder accepts no larger pods`
    if (refusal !== undefined) break
  }
  return { uid: found.get('uid'), namespace: found.get('namespace') ?? '', refusal }
}

/** Finds the closing quote of a string. */
function findEnd(body: Uint8Array, from: number): number {
  let at = from
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at
}

/** @returns an empty text when the string is longer than any uid or name */
function readText(body: Uint8Array, start: number, end: number): string {
  if (end - start > LONGEST) return ''
  try {
    const text: unknown = JSON.parse(`"${new TextDecoder().decode(body.subarray(start, end))}"`)
    return typeof text === 'string' ? text : ''
  } catch {
    return ''
  }
}
