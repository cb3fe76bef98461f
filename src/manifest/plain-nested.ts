/** Plain YAML within a scalar, such as an annotation's text: a tree in which everything is text, as it is spelled. Pure. */
import { placeWithin, type Position, type Scalar, type Tree } from './tree.ts'

/**
 * @param tree of the text by itself, with numbers and booleans
 * @param scalar the outer one, whose places are wanted
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
