/** Plain YAML within a scalar, such as an annotation's text: a tree in which everything is text, as it is spelled. Pure. */
import { placeWithin, type Position, type Scalar, type Tree } from './tree.ts'

/** No annotation of ours is nested more than a few levels. */
const MOST_LEVELS = 100
const LISTS_IN_LISTS = new RegExp(`(?:[-?] +){${MOST_LEVELS}}`)

/** Whether a text opens more brackets, or lists within lists on one line, than any annotation: a reader of YAML recurses into them. */
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
