/**
 * Reading YAML (and JSON, which is YAML) with the place of every value. The one file that knows the package `yaml`.
 * Linear in the length of the text; what aliases stand for is shared, not copied.
 */
import * as yaml from 'yaml'
import { isEqual } from './equality.ts'
import { spellOut } from './plain-nested.ts'
import { readPlain } from './plain-yaml.ts'
import { findBlockText, findLineText } from './text-place.ts'
import {
  type Alias,
  describeKind,
  type Fault,
  placeWithin,
  type Position,
  type Scalar,
  sortFaults,
  type Source,
  toPlain,
  type Tree,
} from './tree.ts'
import { wordYamlFault } from './yaml-fault.ts'
import { assembleMap } from './yaml-map.ts'
import { checkDepth, fresh, makeEmpty, type Part, readAlias, type YamlReading, weigh } from './yaml-reading.ts'

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
  /** Every alias in it, those of merge keys too, with what it stands for. */
  readonly aliases: readonly Alias[]
}

/** After the first few, syntax errors are mostly the echo of each other. */
const MAX_SYNTAX_FAULTS = 10

/** Reads a stream of YAML documents as kubectl does: `---` separates them, merge keys are merged, keys become text. */
export function readManifest(text: string): Manifest {
  return readAtOnce(text) ?? readWithCare(text)
}

/** Plain YAML, where Bun's own reader says that it has been read right. */
function readAtOnce(text: string): Manifest | undefined {
  const values = readValues(text)
  const documents = values && readPlain(text)?.map((tree) => makeDocument(tree, []))
  const isRight =
    documents !== undefined &&
    isEqual(
      documents.map(({ value }) => value),
      values,
    )
  return isRight ? { documents, faults: [] } : undefined
}

function readWithCare(text: string): Manifest {
  const documents: ManifestDocument[] = []
  const faults: Fault[] = []
  for (const read of readDocuments(text, 'core')) {
    for (const fault of read.faults) faults.push(fault)
    if (read.tree !== undefined) documents.push(makeDocument(read.tree, read.aliases))
  }
  return { documents, faults }
}

/**
 * What the documents say, without places, by the reader that Bun has built in: some 40 times as fast.
 * @returns undefined where there is none, or when it takes the text for something else than YAML
 */
export function readValues(text: string): readonly unknown[] | undefined {
  const { Bun: bun } = globalThis as { readonly Bun?: { readonly YAML?: { parse(text: string): unknown } } }
  if (bun?.YAML === undefined) return undefined
  try {
    // Several documents come as an array; one before them makes it always one.
    const values = bun.YAML.parse(`0\n...\n${text}`)
    return Array.isArray(values) ? values.slice(1).filter((value) => (value ?? '') !== '') : []
  } catch {
    return undefined
  }
}

function makeDocument(tree: Tree, aliases: readonly Alias[]): ManifestDocument {
  let plain: unknown
  return {
    at: tree.at,
    aliases,
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
 * @param longest of a text that is not plain, which takes the library some 2 ms for each KiB; of plain text there is no limit
 * @returns no tree when there is nothing but comments in it, or when there are faults.
 */
export function readNested(
  scalar: Tree,
  longest = Infinity,
): { readonly tree: Tree | undefined; readonly faults: readonly Fault[] } {
  if (scalar.kind !== 'scalar' || typeof scalar.value !== 'string') {
    const what = `text was expected, this is ${describeKind(scalar)}`
    return { tree: undefined, faults: [{ at: scalar.at, what, fix: 'put it in quotes' }] }
  }
  const plain = readPlainNested(scalar, scalar.value)
  if (plain !== undefined) return { tree: plain, faults: [] }
  if (scalar.value.length > longest) {
    const what = `more than ${Math.floor(longest / 1024)} KiB of YAML that is not plain`
    const fix = 'write it without anchors, aliases, tags, tabs and folded text, with a line for each container'
    return { tree: undefined, faults: [{ at: scalar.at, what, fix }] }
  }
  const [first, second] = readDocuments(scalar.value, 'failsafe', scalar)
  if (first === undefined) return { tree: undefined, faults: [] }
  if (first.tree === undefined || second === undefined) return first
  const at = second.tree?.at ?? scalar.at
  return { tree: undefined, faults: [{ at, what: 'a second YAML document', fix: 'write one, without ---' }] }
}

/** One document of plain YAML, where Bun's own reader says that it has been read right. */
function readPlainNested(scalar: Scalar, text: string): Tree | undefined {
  const [tree, second] = readPlain(text) ?? []
  if (tree === undefined || second !== undefined) return undefined
  // Not before: a text that is plain is nested no deeper than a native reader can take.
  const values = readValues(text)
  return values !== undefined && isEqual([toPlain(tree)], values) ? spellOut(tree, scalar) : undefined
}

/**
 * Reads a file of which every scalar is text, as it is spelled; null where nothing is written. Who reads it knows what each field is.
 * @returns the documents that are sound, and the faults of the others
 */
export function readTexts(text: string): { readonly trees: readonly Tree[]; readonly faults: readonly Fault[] } {
  const trees: Tree[] = []
  const faults: Fault[] = []
  for (const read of readDocuments(text, 'failsafe')) {
    faults.push(...read.faults)
    if (read.tree !== undefined) trees.push(read.tree)
  }
  return { trees, faults }
}

/** A tree, or the faults that are in its place. */
type ReadDocument =
  | { readonly tree: Tree; readonly aliases: readonly Alias[]; readonly faults: readonly [] }
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
