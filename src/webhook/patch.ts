/** Makes a JSON patch (RFC 6902) from the difference of two JSON values. Pure. */
import { isObject, type JsonObject } from '../base/json-object.ts'
import { isEqual } from '../manifest/equality.ts'

export type Operation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

/**
 * Makes the smallest operations, in the order of the document; a list of words is replaced whole. Parts that `after` shares with
 * `before` are skipped.
 * @returns empty when nothing differs
 */
export function createPatch(before: unknown, after: unknown): readonly Operation[] {
  return compare(before, after, '')
}

function compare(before: unknown, after: unknown, path: string): readonly Operation[] {
  if (before === after) return []
  if (isObject(before) && isObject(after)) return compareMaps(before, after, path)
  if (isListOfMaps(before) && isListOfMaps(after)) return compareLists(before, after, path)
  return isEqual(before, after) ? [] : [{ op: 'replace', path, value: after }]
}

function compareMaps(before: JsonObject, after: JsonObject, path: string): readonly Operation[] {
  const under = (key: string): string => `${path}/${escapeKey(key)}`
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key))
  return [
    ...gone.map((key): Operation => ({ op: 'remove', path: under(key) })),
    ...Object.entries(after).flatMap(([key, value]): readonly Operation[] =>
      Object.hasOwn(before, key) ? compare(before[key], value, under(key)) : [{ op: 'add', path: under(key), value }],
    ),
  ]
}

/** Keeps the common beginning and end. Items between are compared one by one, or removed and added. */
function compareLists(before: readonly unknown[], after: readonly unknown[], path: string): readonly Operation[] {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && isEqual(before[start], after[start])) start++
  let end = 0
  while (end < shorter - start && isEqual(before.at(-1 - end), after.at(-1 - end))) end++
  const olds = before.slice(start, before.length - end)
  const news = after.slice(start, after.length - end)
  if (olds.length === news.length) {
    return olds.flatMap((old, index) => compare(old, news[index], `${path}/${start + index}`))
  }
  return [
    // Removed from the back, so that the other indices stay valid.
    ...olds.map((_, index): Operation => ({ op: 'remove', path: `${path}/${start + olds.length - 1 - index}` })),
    ...news.map((value, index): Operation => ({ op: 'add', path: `${path}/${start + index}`, value })),
  ]
}

function isListOfMaps(value: unknown): value is readonly JsonObject[] {
  return Array.isArray(value) && value.every(isObject)
}

/** RFC 6901, section 3. */
function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
