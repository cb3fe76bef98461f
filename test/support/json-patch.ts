/** Applies a JSON patch (RFC 6902) as strictly as the API server's library. An operation that does not apply is an error. */

interface Operation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
}

export function applyPatch(document: unknown, patch: readonly Operation[]): unknown {
  return patch.reduce((value, operation) => {
    const path = operation.path
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    return applyAt(value, path, operation)
  }, document)
}

function applyAt(value: unknown, [key, ...path]: readonly string[], operation: Operation): unknown {
  const { op } = operation
  if (key === undefined) {
    if (op === 'remove') throw new Error('the whole document cannot be removed')
    return operation.value
  }
  if (Array.isArray(value)) {
    const index = key === '-' ? value.length : Number(key)
    const most = op === 'add' && path.length === 0 ? value.length : value.length - 1
    if (!Number.isInteger(index) || index < 0 || index > most) throw new Error(`no index ${key}`)
    if (path.length > 0) return value.with(index, applyAt(value[index], path, operation))
    if (op === 'add') return value.toSpliced(index, 0, operation.value)
    return op === 'remove' ? value.toSpliced(index, 1) : value.with(index, operation.value)
  }
  if (typeof value !== 'object' || value === null) throw new Error(`nothing is below ${JSON.stringify(value)}`)
  const entries = new Map(Object.entries(value))
  if ((op !== 'add' || path.length > 0) && !entries.has(key)) throw new Error(`no key ${key}`)
  if (path.length > 0) entries.set(key, applyAt(entries.get(key), path, operation))
  else if (op === 'remove') entries.delete(key)
  else entries.set(key, operation.value)
  return Object.fromEntries(entries)
}
