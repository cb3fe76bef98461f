/**
 * Whether two readers have read the same. One of them knows YAML 1.2 only, so what a word without quotes means may differ; that it
 * is one word may not. Pure.
 */
import { resolvePlain } from './plain-scalar.ts'
import type { Tree } from './tree.ts'

/** @param value what the other one has read */
export function agrees(tree: Tree, value: unknown, text: string): boolean {
  if (tree.kind === 'scalar')
    return tree.value === value || isWordOf11(text.slice(tree.source.start, tree.source.end), value)
  if (typeof value !== 'object' || value === null) return false
  if (tree.kind === 'list') {
    const { items } = tree
    return (
      Array.isArray(value) &&
      items.length === value.length &&
      items.every((item, index) => agrees(item, value[index], text))
    )
  }
  const fields = value as Readonly<Record<string, unknown>>
  return (
    !Array.isArray(value) &&
    tree.entries.length === Object.keys(fields).length &&
    tree.entries.every(({ key, value: inner }) => Object.hasOwn(fields, key) && agrees(inner, fields[key], text))
  )
}

/** A word that YAML 1.1 reads otherwise than as text, and the other reader as that text, or as another number. */
function isWordOf11(word: string, value: unknown): boolean {
  return typeof resolvePlain(word) !== 'string' && (value === word || typeof value === 'number')
}
