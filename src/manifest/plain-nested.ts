/** Plain YAML within a scalar, such as an annotation: a tree in which all scalars are text, as they are spelled. Pure. */
import { placeWithin, type Position, type Scalar, type Tree } from './tree.ts'

/** A limit; podorder's annotations have only a few levels. */
const MOST_LEVELS = 100
const LISTS_IN_LISTS = new RegExp(`(?:[-?] +){${MOST_LEVELS}}`)

/** Whether a text has too many nested brackets, or nested lists on one line. YAML readers recurse into them. */
export function isNestedTooDeeply(text: string): boolean {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const sign = text.charCodeAt(index)
    if (sign === 0x5b || sign === 0x7b) depth++
    else if (sign === 0x5d || sign === 0x7d) depth--
    if (depth > MOST_LEVELS) return true
  }
  return LISTS_IN_LISTS.test(text)
}

/**
 * @param tree read from the text alone, with numbers and booleans
 * @param scalar the outer scalar, which gives the places
 */
export function spellOut(tree: Tree, scalar: Scalar): Tree {
  const text = String(scalar.value)
  const placeOf = (at: Position): Position => placeWithin(scalar, at)
  const spell = (part: Tree): Tree => {
    const { source } = part
    const at = placeOf(part.at)
    switch (part.kind) {
      case 'list':
        return { kind: 'list', at, source, items: part.items.map(spell) }
      case 'map': {
        const entries = part.entries.map(({ key, keyAt, keySource, value, merged }) => {
          return { key, keyAt: placeOf(keyAt), keySource, value: spell(value), merged }
        })
        return { kind: 'map', at, source, entries }
      }
      case 'scalar': {
        const value = typeof part.value === 'string' ? part.value : text.slice(source.start, source.end)
        return { kind: 'scalar', at, source, value }
      }
    }
  }
  return spell(tree)
}
