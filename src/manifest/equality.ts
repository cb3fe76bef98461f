type Fields = Readonly<Record<string, unknown>>

/** Compares plain data, as JSON has it. By loops, which are faster than methods: every value of a manifest comes here. */
export function isEqual(value: unknown, other: unknown): boolean {
  if (value === other) return true
  if (typeof value !== 'object' || typeof other !== 'object' || value === null || other === null) return false
  if (Array.isArray(value) || Array.isArray(other)) {
    if (!Array.isArray(value) || !Array.isArray(other) || value.length !== other.length) return false
    for (let index = 0; index < value.length; index++) if (!isEqual(value[index], other[index])) return false
    return true
  }
  const keys = Object.keys(value)
  if (keys.length !== Object.keys(other).length) return false
  for (const key of keys) {
    if (!Object.hasOwn(other, key) || !isEqual((value as Fields)[key], (other as Fields)[key])) return false
  }
  return true
}
