type Fields = Readonly<Record<string, unknown>>

/** Compares plain data, as JSON has it. */
export function isEqual(value: unknown, other: unknown): boolean {
  if (value === other) return true
  if (typeof value !== 'object' || typeof other !== 'object' || value === null || other === null) return false
  if (Array.isArray(value) || Array.isArray(other)) {
    if (!Array.isArray(value) || !Array.isArray(other) || value.length !== other.length) return false
    return value.every((item, index) => isEqual(item, other[index]))
  }
  const keys = Object.keys(value)
  if (keys.length !== Object.keys(other).length) return false
  return keys.every((key) => Object.hasOwn(other, key) && isEqual((value as Fields)[key], (other as Fields)[key]))
}
