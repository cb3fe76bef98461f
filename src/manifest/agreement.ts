/**
 * Compares what two readers have read. One of them reads YAML 1.2 only, so the meaning of a word without quotes may differ. Where
 * each word begins and ends may not. Pure.
 */
import { resolvePlain } from './plain-scalar.ts'
import type { Tree } from './tree.ts'

/** @param value what the other reader has read */
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

/** Whether YAML 1.1 reads the word as another type than text, and the other reader as this text or as a number. */
function isWordOf11(word: string, value: unknown): boolean {
  return typeof resolvePlain(word) !== 'string' && (value === word || typeof value === 'number')
}
