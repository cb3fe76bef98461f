/** Remarks on values of a file that have another type than their key, and on unknown keys within a key. */
import { proposeWord } from '../base/suggest.ts'
import { describeKind, type Entry, type Tree } from '../manifest/tree.ts'
import type { Fields, Shape, Word } from './shape.ts'
import { booleanOf, type ComposeContext, isReset, placeOf, wordOf } from './compose-tree.ts'
import { parseComposeDuration, parseMode } from './units.ts'

/** Refuses what does not fit. @param about the service; undefined for a key at the top */
export function checkType(entry: Entry, shape: Shape, about: string | undefined, context: ComposeContext): void {
  check({ tree: entry.value, at: entry, name: entry.key }, shape, about, context)
}

/** The same for all keys of a map. */
export function checkTypes(tree: Tree, shapes: Fields, about: string | undefined, context: ComposeContext): void {
  for (const entry of tree.kind === 'map' ? tree.entries : []) {
    const shape = shapes[entry.key]
    if (shape !== undefined) checkType(entry, shape, about, context)
  }
}

/** A value, the part of the file to name, and the value's name in a remark. */
interface Part {
  readonly tree: Tree
  readonly at: Tree | Entry
  readonly name: string
}

function check({ tree, at, name }: Part, shape: Shape, about: string | undefined, context: ComposeContext): void {
  if (shape.open === true || isReset(tree)) return
  const refuse = (what: string, fix: string, part = at): void =>
    context.remarks.refuse(placeOf(part, context), about, what, fix)
  switch (tree.kind) {
    case 'scalar': {
      const text = wordOf(tree)
      if (text === undefined) return
      if (shape.word === undefined) refuse(`${name} is ${describeKind(tree)}, not ${expected(shape)}`, fixOf(shape))
      else if (!fits(text, shape.word, tree))
        refuse(`${name} is "${text}", which is ${WORDS[shape.word].not}`, WORDS[shape.word].fix)
      return
    }
    case 'list':
      if (shape.items === undefined) {
        refuse(`${name} is a list, not ${expected(shape)}`, fixOf(shape))
        return
      }
      for (const item of tree.items) checkItem(item, shape, name, about, context)
      return
    case 'map': {
      const { fields, values } = shape
      if (fields === undefined && values === undefined) {
        refuse(`${name} is a map, not ${expected(shape)}`, fixOf(shape))
        return
      }
      for (const entry of tree.entries) {
        const own = fields?.[entry.key] ?? values
        if (own !== undefined)
          check({ tree: entry.value, at: entry, name: `${name}.${entry.key}` }, own, about, context)
        else if (!entry.key.startsWith('x-')) {
          const fix = proposeWord(
            entry.key,
            Object.keys(fields ?? {}),
            'remove it; docker compose does not know it either',
          )
          refuse(`unknown key "${entry.key}" in ${name}`, fix, entry)
        }
      }
    }
  }
}

/** YAML reads an item with a colon as a map; and users confuse the list form and the map form of a key. */
function checkItem(
  item: Tree,
  { items = {}, values }: Shape,
  name: string,
  about: string | undefined,
  context: ComposeContext,
): void {
  if (item.kind === 'scalar' || items.word !== 'text' || accepts(items, item)) {
    check({ tree: item, at: item, name: item.kind === 'map' ? name : `an item of ${name}` }, items, about, context)
    return
  }
  const what = `an item of ${name} is ${describeKind(item)}, not ${expected(items)}`
  const fix =
    values === undefined
      ? 'write it as one text, in quotes'
      : 'leave out the dashes to write a map, or write one text for each item'
  context.remarks.refuse(placeOf(item, context), about, what, fix)
}

const accepts = ({ items, values, fields, open }: Shape, { kind }: Tree): boolean =>
  open === true || (kind === 'list' ? items !== undefined : values !== undefined || fields !== undefined)

interface WordOf {
  readonly is: string
  readonly not: string
  readonly fix: string
}

const WORDS: Readonly<Record<Word, WordOf>> = {
  text: { is: 'a text', not: 'not a text', fix: 'write one text' },
  number: { is: 'a number', not: 'not a number', fix: 'write a number' },
  boolean: { is: 'true or false', not: 'neither true nor false', fix: 'write one of them' },
  duration: { is: 'a duration', not: 'not a duration', fix: 'write it as 10s or 1m30s' },
  mode: { is: 'a mode of a file', not: 'not a mode of a file', fix: 'write it as 0440' },
}

function fits(text: string, word: Word, tree: Tree): boolean {
  switch (word) {
    case 'text':
      return true
    case 'number':
      return /^[-+]?\d+(?:\.\d+)?$/.test(text)
    case 'boolean':
      return booleanOf(tree) !== undefined
    case 'duration':
      return parseComposeDuration(text) !== undefined
    case 'mode':
      return parseMode(text) !== undefined
  }
}

/** Writes `a list or a map`. */
function expected({ word, items, values, fields }: Shape): string {
  const kinds = [
    ...(word === undefined ? [] : [WORDS[word].is]),
    ...(items === undefined ? [] : ['a list']),
    ...(values === undefined && fields === undefined ? [] : ['a map']),
  ]
  return kinds.join(' or ')
}

function fixOf({ word, items }: Shape): string {
  if (items !== undefined) return 'write a list: [a, b], or a dash before each item'
  return word === undefined ? 'write a map: {key: value}, or a key and a colon on each line' : WORDS[word].fix
}
