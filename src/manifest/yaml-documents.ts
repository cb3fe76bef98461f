/** YAML documents as trees, by the library `yaml`: every layout, anchors and faults with their places. Pure. */
import * as yaml from 'yaml'
import { findBlockText, findLineText } from './text-place.ts'
import {
  type Alias,
  type Fault,
  placeWithin,
  type Position,
  type Scalar,
  sortFaults,
  type Source,
  type Tree,
} from './tree.ts'
import { wordYamlFault } from './yaml-fault.ts'
import { assembleMap } from './yaml-map.ts'
import { checkDepth, fresh, makeEmpty, type Part, readAlias, type YamlReading, weigh } from './yaml-reading.ts'

/** After the first few, syntax errors are mostly the echo of each other. */
const MAX_SYNTAX_FAULTS = 10

/** A tree, or the faults that are in its place. */
type ReadDocument =
  | { readonly tree: Tree; readonly aliases: readonly Alias[]; readonly faults: readonly [] }
  | { readonly tree: undefined; readonly faults: readonly Fault[] }

/** Leaves out documents with nothing in them. One document after another, so that the library's own nodes can go. */
export function* readDocuments(marked: string, schema: 'core' | 'failsafe', within?: Scalar): Generator<ReadDocument> {
  const text = marked.startsWith('\uFEFF') ? marked.slice(1) : marked
  const lines = new yaml.LineCounter()
  const parser = new yaml.Parser(lines.addNewLine)
  // uniqueKeys: the library's own search for equal keys takes time in the square of a map's length.
  const composer = new yaml.Composer({ schema, uniqueKeys: false, prettyErrors: false, resolveKnownTags: false })
  const placeOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return within === undefined ? { line, column: col } : placeWithin(within, { line, column: col })
  }
  for (const { contents, errors } of composer.compose(parser.parse(text), true, text.length)) {
    const reading: YamlReading = { ...fresh(), text, within, placeOf }
    if (errors.length > 0) readErrors(errors, reading, lines)
    const tree = contents === null || errors.length > 0 ? undefined : readNode(contents, reading, 0).tree
    if (reading.faults.length > 0) yield { tree: undefined, faults: sortFaults(reading.faults) }
    else if (tree !== undefined && !(tree.kind === 'scalar' && (tree.value ?? '') === ''))
      yield { tree, aliases: reading.aliases, faults: [] }
  }
}

function readErrors(errors: readonly yaml.YAMLParseError[], reading: YamlReading, lines: yaml.LineCounter): void {
  // When the stack was exhausted, everything else is its echo.
  const exhausted = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION')
  const told = new Set<number>()
  for (const { code, message, pos } of exhausted === undefined ? errors : [exhausted]) {
    const { line } = lines.linePos(pos[0])
    if (told.has(line)) continue
    told.add(line)
    const written = reading.text.slice(lines.lineStarts[line - 1], lines.lineStarts[line])
    reading.faults.push(wordYamlFault(code, message, written, reading.placeOf(pos[0])))
    if (told.size === MAX_SYNTAX_FAULTS) return
  }
}

function readNode(node: unknown, reading: YamlReading, level: number): Part {
  const at = reading.placeOf(startOf(node))
  if (yaml.isAlias(node)) return readAlias(node.source, readSource(node), at, reading, level)
  const anchor = yaml.isScalar(node) || yaml.isCollection(node) ? node.anchor : undefined
  // Anchors are set where they begin: a later one of the same name is another, also inside the first one's value.
  if (anchor !== undefined) reading.anchors.set(anchor, undefined)
  const part = readValue(node, at, reading, level)
  if (anchor !== undefined) reading.anchors.set(anchor, part)
  return part
}

function readValue(node: unknown, at: Position, reading: YamlReading, level: number): Part {
  const tooDeep = checkDepth(at, reading, level)
  if (tooDeep !== undefined) return tooDeep
  if (yaml.isMap(node)) return readMap(node, at, reading, level)
  if (!yaml.isSeq(node)) return readScalar(node, at, reading)
  const parts = node.items.map((item) => readNode(item, reading, level + 1))
  const items = parts.map(({ tree }) => tree)
  return weigh({ kind: 'list', at, source: readSource(node, items.at(-1)), items }, parts)
}

function readMap(map: yaml.YAMLMap, at: Position, reading: YamlReading, level: number): Part {
  const parts: Part[] = []
  const pairs = map.items.map(({ key, value }) => {
    const keyPart = readNode(key, reading, level + 1)
    const valuePart =
      value === null ? makeEmpty(keyPart.tree.at, keyPart.tree.source) : readNode(value, reading, level + 1)
    parts.push(keyPart, valuePart)
    const merge = yaml.isScalar(key) && key.value === '<<' && key.type === 'PLAIN'
    return { key: keyPart.tree, value: valuePart.tree, merge }
  })
  const { tree, faults } = assembleMap(pairs, at, readSource(map, pairs.at(-1)?.value))
  for (const fault of faults) reading.faults.push(fault)
  return weigh(tree, parts)
}

function readScalar(node: unknown, at: Position, reading: YamlReading): Part {
  const source = readSource(node)
  if (!yaml.isScalar(node)) return makeEmpty(at, source)
  const value = node.value as Scalar['value']
  if (typeof value !== 'string') return { ...makeEmpty(at, source), tree: { kind: 'scalar', at, source, value } }
  const textAt = reading.within === undefined ? findTextAt(node, value, at, reading) : undefined
  const tree: Scalar = { kind: 'scalar', at, source, value, ...(textAt === undefined ? {} : { textAt }) }
  return { tree, size: value.length + 1, depth: 0 }
}

function findTextAt(node: yaml.Scalar, value: string, at: Position, reading: YamlReading): Position | undefined {
  const find = node.type === 'BLOCK_LITERAL' ? findBlockText : findLineText
  const found = find(reading.text, startOf(node), value)
  if (found === undefined || found.offset === startOf(node)) return found && at
  const { line, column } = reading.placeOf(found.offset)
  return { line, column: column + found.indent }
}

/** @param last of a collection; without brackets that is where it ends, comments behind it are not its own. */
function readSource(node: unknown, last?: Tree): Source {
  const [start = 0, end = 0] = (yaml.isNode(node) && node.range) || []
  const flow = yaml.isCollection(node) && node.flow === true
  return { start, end: flow || last === undefined ? end : last.source.end, flow, alias: false }
}

function startOf(node: unknown): number {
  return yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0
}
