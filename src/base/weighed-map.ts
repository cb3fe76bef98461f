/** A map with a limit on its size: the oldest entries are removed first. Pure. */

export interface WeighedMap<Value> {
  get(key: string): Value | undefined
  /** @param weight in bytes, with the key. An entry heavier than the limit of one entry is not kept. */
  set(key: string, value: Value, weight: number): void
  delete(key: string): void
}

export interface WeightLimits {
  readonly entries: number
  readonly bytes: number
  readonly entryBytes: number
}

export function createWeighedMap<Value>(limits: WeightLimits): WeighedMap<Value> {
  const entries = new Map<string, { readonly value: Value; readonly weight: number }>()
  let bytes = 0
  const remove = (key: string): void => {
    bytes -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }
  return {
    get: (key) => entries.get(key)?.value,
    set(key, value, weight) {
      remove(key)
      if (weight > limits.entryBytes) return
      entries.set(key, { value, weight })
      bytes += weight
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.entries && bytes <= limits.bytes) return
        remove(oldest)
      }
    },
    delete: remove,
  }
}
