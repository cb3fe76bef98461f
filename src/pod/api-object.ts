/** Reads fields of unchecked API objects. Pure. */

/** @returns undefined when a part of the path is missing. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Object.hasOwn(found, name) ? (found as Readonly<Record<string, unknown>>)[name] : undefined
  }
  return found
}

/** @returns an empty text when there is none. */
export function textOf(value: unknown, ...path: readonly string[]): string {
  const found = fieldOf(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** @returns 0 when there is none: the API omits zeros of most counters. */
export function countOf(value: unknown, ...path: readonly string[]): number {
  const found = fieldOf(value, ...path)
  return typeof found === 'number' ? found : 0
}

/** @returns an empty list when there is none; Go writes an empty list as `null`. */
export function listOf(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = fieldOf(value, ...path)
  return Array.isArray(found) ? found : []
}

/** @returns the condition of that type in `status.conditions`. */
export function conditionOf(object: unknown, type: string): unknown {
  return listOf(object, 'status', 'conditions').find((condition) => textOf(condition, 'type') === type)
}

export function hasCondition(object: unknown, type: string): boolean {
  return textOf(conditionOf(object, type), 'status') === 'True'
}
