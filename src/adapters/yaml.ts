/**
 * Reading YAML (and JSON, which is YAML) with the place of every value. The one file that knows the package `yaml`.
 * Linear in the length of the text; what aliases stand for is shared, not copied.
 */
import * as yaml from 'yaml'
import { findBlockText, findLineText } from '../core/text-place.ts'
import {
  describeKind,
  type Fault,
  placeWithin,
  type Position,
  type Scalar,
  sortFaults,
  toPlain,
  type Tree,
} from '../core/tree.ts'
import { wordYamlFault } from '../core/yaml-fault.ts'
import { assembleMap } from '../core/yaml-map.ts'

export interface Manifest {
  /** In the order of the text; empty documents, and those with a fault, are left out. */
  readonly documents: readonly ManifestDocument[]
  readonly faults: readonly Fault[]
}

export interface ManifestDocument {
  readonly at: Position
  /** Plain JavaScript, made when first asked for. What aliases share is shared here too: for reading only. */
  readonly value: unknown
  tree(): Tree
}

/** After the first few, syntax errors are mostly the echo of each other. */
const MAX_SYNTAX_FAULTS = 10

/** So that whoever reads a tree may recurse. No manifest comes near it; the YAML library gives up at about 800. */
const MAX_DEPTH = 500

/** What aliases may add to one document, in characters. The API server takes no request above 3 MiB. */
const MAX_EXPANSION = 10 * 1024 * 1024

/** Reads a stream of YAML documents as kubectl does: `---` separates them, merge keys are merged, keys become text. */
export function readManifest(text: string): Manifest {
  const documents: ManifestDocument[] = []
  const faults: Fault[] = []
  for (const read of readDocuments(text, 'core')) {
    for (const fault of read.faults) faults.push(fault)
    if (read.tree !== undefined) documents.push(makeDocument(read.tree))
  }
  return { documents, faults }
}

function makeDocument(tree: Tree): ManifestDocument {
  let plain: unknown
  return {
    at: tree.at,
    get value() {
      plain ??= toPlain(tree)
      return plain
    },
    tree: () => tree,
  }
}

/**
 * Reads the YAML inside a scalar, such as an annotation's text. Everything in it is text, as it is spelled: a container
 * may be called `1e3` or `no`. Positions are those of the outer file, exact where the scalar has a `textAt`.
 * @returns no tree when there is nothing but comments in it, or when there are faults.
 */
export function readNested(scalar: Tree): { readonly tree: Tree | undefined; readonly faults: readonly Fault[] } {
  if (scalar.kind !== 'scalar' || typeof scalar.value !== 'string') {
    const what = `text was expected, this is ${describeKind(scalar)}`
    return { tree: undefined, faults: [{ at: scalar.at, what, fix: 'put it in quotes' }] }
  }
  const [first, second] = readDocuments(scalar.value, 'failsafe', scalar)
  if (first === undefined) return { tree: undefined, faults: [] }
  if (first.tree === undefined || second === undefined) return first
  const at = second.tree?.at ?? scalar.at
  return { tree: undefined, faults: [{ at, what: 'a second YAML document', fix: 'write one, without ---' }] }
}

/** A tree, or the faults that are in its place. */
type ReadDocument =
  | { readonly tree: Tree; readonly faults: readonly [] }
  | { readonly tree: undefined; readonly faults: readonly Fault[] }

/** Leaves out documents with nothing in them. One document after another, so that the library's own nodes can go. */
function* readDocuments(marked: string, schema: 'core' | 'failsafe', within?: Scalar): Generator<ReadDocument> {
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
    const reading: Reading = { text, within, placeOf, faults: [], anchors: new Map(), expansion: 0, exhausted: false }
    if (errors.length > 0) readErrors(errors, reading, lines)
    const tree = contents === null || errors.length > 0 ? undefined : readNode(contents, reading, 0).tree
    if (reading.faults.length > 0) yield { tree: undefined, faults: sortFaults(reading.faults) }
    else if (tree !== undefined && !(tree.kind === 'scalar' && (tree.value ?? '') === '')) yield { tree, faults: [] }
  }
}

function readErrors(errors: readonly yaml.YAMLParseError[], reading: Reading, lines: yaml.LineCounter): void {
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

/** The state of reading one document. */
interface Reading {
  readonly text: string
  /** The scalar of another file that the text is in. */
  readonly within: Scalar | undefined
  readonly placeOf: (offset: number) => Position
  readonly faults: Fault[]
  /** What each anchor stands for so far; undefined while its own value is being read. */
  readonly anchors: Map<string, Part | undefined>
  /** Characters that aliases have added. */
  expansion: number
  /** A limit was passed and reported; what follows would only say so again. */
  exhausted: boolean
}

/** A tree, and what it would be with its aliases written out: characters, and levels of nesting. */
interface Part {
  readonly tree: Tree
  readonly size: number
  readonly depth: number
}

function readNode(node: unknown, reading: Reading, level: number): Part {
  const at = reading.placeOf(startOf(node))
  if (yaml.isAlias(node)) return readAlias(node.source, at, reading, level)
  const anchor = yaml.isScalar(node) || yaml.isCollection(node) ? node.anchor : undefined
  // Anchors are set where they begin: a later one of the same name is another, also inside the first one's value.
  if (anchor !== undefined) reading.anchors.set(anchor, undefined)
  const part = readValue(node, at, reading, level)
  if (anchor !== undefined) reading.anchors.set(anchor, part)
  return part
}

function readValue(node: unknown, at: Position, reading: Reading, level: number): Part {
  if (level > MAX_DEPTH) return exhaust(at, 'nested too deeply', 'nest maps and lists less deeply', reading)
  if (yaml.isMap(node)) return readMap(node, at, reading, level)
  if (!yaml.isSeq(node)) return readScalar(node, at, reading)
  const parts = node.items.map((item) => readNode(item, reading, level + 1))
  return weigh({ kind: 'list', at, items: parts.map(({ tree }) => tree) }, parts)
}

function readMap(map: yaml.YAMLMap, at: Position, reading: Reading, level: number): Part {
  const parts: Part[] = []
  const pairs = map.items.map(({ key, value }) => {
    const keyPart = readNode(key, reading, level + 1)
    const valuePart = value === null ? makeEmpty(keyPart.tree.at) : readNode(value, reading, level + 1)
    parts.push(keyPart, valuePart)
    const merge = yaml.isScalar(key) && key.value === '<<' && key.type === 'PLAIN'
    return { key: keyPart.tree, value: valuePart.tree, merge }
  })
  const { tree, faults } = assembleMap(pairs, at)
  for (const fault of faults) reading.faults.push(fault)
  return weigh(tree, parts)
}

/** An alias within its own anchor would never end, and a few lines of aliases of aliases would fill the memory. */
function readAlias(name: string, at: Position, reading: Reading, level: number): Part {
  const part = reading.anchors.get(name)
  if (part === undefined) {
    const known = reading.anchors.has(name)
    const what = known ? `*${name} stands within &${name} itself` : `*${name} stands for nothing`
    const fix = known ? 'write out what is meant' : `put the anchor &${name} before it, in the same document`
    reading.faults.push({ at, what, fix })
    return makeStandIn(at)
  }
  reading.expansion += part.size
  if (reading.expansion > MAX_EXPANSION) {
    return exhaust(at, 'aliases of aliases grow beyond 10 MiB', 'write out what is meant', reading)
  }
  if (level + part.depth <= MAX_DEPTH) return part
  return exhaust(at, 'nested too deeply', 'nest maps and lists less deeply', reading)
}

function readScalar(node: unknown, at: Position, reading: Reading): Part {
  if (!yaml.isScalar(node)) return makeEmpty(at)
  const value = node.value as Scalar['value']
  if (typeof value !== 'string') return { ...makeEmpty(at), tree: { kind: 'scalar', at, value } }
  const textAt = reading.within === undefined ? findTextAt(node, value, at, reading) : undefined
  const tree: Scalar = textAt === undefined ? { kind: 'scalar', at, value } : { kind: 'scalar', at, value, textAt }
  return { tree, size: value.length + 1, depth: 0 }
}

function findTextAt(node: yaml.Scalar, value: string, at: Position, reading: Reading): Position | undefined {
  const find = node.type === 'BLOCK_LITERAL' ? findBlockText : findLineText
  const found = find(reading.text, startOf(node), value)
  if (found === undefined || found.offset === startOf(node)) return found && at
  const { line, column } = reading.placeOf(found.offset)
  return { line, column: column + found.indent }
}

function exhaust(at: Position, what: string, fix: string, reading: Reading): Part {
  if (!reading.exhausted) reading.faults.push({ at, what, fix })
  reading.exhausted = true
  return makeStandIn(at)
}

/** For what could not be read: something that may stand anywhere, also where maps are merged, without another fault. */
function makeStandIn(at: Position): Part {
  return { tree: { kind: 'map', at, entries: [] }, size: 1, depth: 0 }
}

function makeEmpty(at: Position): Part {
  return { tree: { kind: 'scalar', at, value: null }, size: 1, depth: 0 }
}

function weigh(tree: Tree, parts: readonly Part[]): Part {
  let size = 1
  let depth = 0
  for (const part of parts) {
    size += part.size
    depth = Math.max(depth, part.depth + 1)
  }
  return { tree, size, depth }
}

function startOf(node: unknown): number {
  return yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0
}
