/**
 * A first look at a review that nobody has parsed yet: how deeply it is nested, how many values it has, and whose it is. Parsing
 * and everything after it costs as much as the values are many, so a review beyond the budget is refused on this look. One pass
 * over the bytes, and no memory. Pure.
 */

export interface ReviewScan {
  /** To be echoed; undefined when it was not found. */
  readonly uid: string | undefined
  /** The namespace that asks, empty when none is named. */
  readonly namespace: string
  /** A clause that says which limit it breaks. */
  readonly refusal: string | undefined
}

/** The deepest of a pod's fields lie about 12 levels down, and the review around it adds 3. */
const MAX_DEPTH = 100

/** A container as the API server fills it in has some 50; the 1,000 containers that a pod may have here have half of these. */
const MAX_VALUES = 100_000

/** No uid and no namespace is longer. */
const LONGEST = 256

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_MAP = 0x7b
const CLOSE_MAP = 0x7d

/** The fields of `request`, which is a field of the review, stand at this depth. */
const REQUEST_DEPTH = 2

export function scanReview(body: Uint8Array): ReviewScan {
  const found = new Map<string, string>()
  let depth = 0
  let values = 1
  let refusal: string | undefined
  /** The string that was read last at the depth of the request's fields, and the field that it may be the value of. */
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

/** The place of the quote that ends a string. */
function findEnd(body: Uint8Array, from: number): number {
  let at = from
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at
}

/** @returns empty for what is longer than any uid or name; such a text is of no interest here */
function readText(body: Uint8Array, start: number, end: number): string {
  if (end - start > LONGEST) return ''
  try {
    const text: unknown = JSON.parse(`"${new TextDecoder().decode(body.subarray(start, end))}"`)
    return typeof text === 'string' ? text : ''
  } catch {
    return ''
  }
}
