/**
 * Reads YAML documents as trees by the library `yaml`: all of YAML, with the places of faults. The time is linear in the length of
 * the text: values of aliases are shared, not copied. Pure.
 */
import * as yaml from 'yaml'
import type { MovedLines } from './free-lines.ts'
import { isEndless, resolvePlain, resolveTagged } from './plain-scalar.ts'
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

/** A limit: later syntax errors mostly follow from the first ones. */
const MAX_SYNTAX_FAULTS = 10

/** A tree, or the faults because of which there is none. */
export interface ReadDocument {
  readonly tree: Tree | undefined
  readonly aliases: readonly Alias[]
  readonly faults: readonly Fault[]
  /** Faults of duplicate keys. */
  readonly duplicates: readonly Fault[]
  /** The text of the document, including what precedes it. */
  readonly text: string
  /** The offset of that text. */
  readonly start: number
}

interface Surroundings {
  /** The scalar of another file that contains the text. */
  readonly within?: Scalar
  /** The text with moved lines, which the library reads instead. */
  readonly moved?: MovedLines
}

/** The text without its byte order mark. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/** Reads one document after another, so that the library's nodes can be freed. Empty documents are left out. */
export function* readDocuments(
  marked: string,
  schema: YamlReading['schema'],
  { within, moved }: Surroundings = {},
): Generator<ReadDocument> {
  const text = moved?.text ?? withoutMark(marked)
  const back = moved?.back ?? ((offset: number) => offset)
  const lines = new yaml.LineCounter()
  const parser = new yaml.Parser(lines.addNewLine)
  // uniqueKeys: the library's search for duplicate keys takes quadratic time.
  // failsafe: plain-scalar.ts gives the type of words.
  const options = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, resolveKnownTags: false } as const
  const composer = new yaml.Composer(options)
  const placeOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    const column = moved === undefined ? col : back(offset) - back(lines.lineStarts[line - 1] ?? 0) + 1
    return within === undefined ? { line, column } : placeWithin(within, { line, column })
  }
  const given = moved === undefined ? text : marked
  let start = 0
  for (const { contents, errors, range } of composer.compose(parser.parse(text), true, text.length)) {
    const reading: YamlReading = { ...fresh(), text: given, schema, within, placeOf, back }
    if (errors.length > 0) readErrors(errors, reading, lines)
    const read = contents === null || errors.length > 0 ? undefined : readNode(contents, reading, 0).tree
    const isEmpty = read === undefined || (read.kind === 'scalar' && (read.value ?? '') === '')
    const end = back(Math.max(range[2], ...errors.map(({ pos }) => pos[1])))
    const { faults, duplicates, aliases } = reading
    const tree = isEmpty || faults.length > 0 ? undefined : read
    if (tree !== undefined || faults.length + duplicates.length > 0)
      yield { tree, aliases, faults: sortFaults(faults), duplicates, text: given.slice(start, end), start }
    start = end
  }
}

function readErrors(errors: readonly yaml.YAMLParseError[], reading: YamlReading, lines: yaml.LineCounter): void {
  // After a stack overflow, all other errors follow from it.
  const exhausted = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION')
  const told = new Set<number>()
  for (const { code, message, pos } of exhausted === undefined ? errors : [exhausted]) {
    const { line } = lines.linePos(pos[0])
    if (told.has(line)) continue
    told.add(line)
    const [from, to] = [lines.lineStarts[line - 1], lines.lineStarts[line]]
    const written = reading.text.slice(reading.back(from ?? 0), to === undefined ? undefined : reading.back(to))
    reading.faults.push(wordYamlFault(code, message, written, reading.placeOf(pos[0])))
    if (told.size === MAX_SYNTAX_FAULTS) return
  }
}

function readNode(node: unknown, reading: YamlReading, level: number): Part {
  const at = reading.placeOf(startOf(node))
  if (yaml.isAlias(node)) return readAlias(node.source, readSource(node, reading), at, reading, level)
  const anchor = yaml.isScalar(node) || yaml.isCollection(node) ? node.anchor : undefined
  // An anchor is set at its beginning: a later anchor of the same name replaces it, also inside the first one's value.
  if (anchor !== undefined) reading.anchors.set(anchor, undefined)
  const part = keepTag(readValue(node, at, reading, level), node, reading)
  if (anchor !== undefined && reading.anchors.get(anchor) === undefined) reading.anchors.set(anchor, part)
  return part
}

function keepTag(part: Part, node: unknown, { schema }: YamlReading): Part {
  const tag = yaml.isNode(node) && 'tag' in node ? node.tag : undefined
  return schema === 'text' && tag?.startsWith('!') === true ? { ...part, tree: { ...part.tree, tag } } : part
}

function readValue(node: unknown, at: Position, reading: YamlReading, level: number): Part {
  const tooDeep = checkDepth(at, reading, level)
  if (tooDeep !== undefined) return tooDeep
  if (yaml.isMap(node)) return readMap(node, at, reading, level)
  if (!yaml.isSeq(node)) return readScalar(node, at, reading)
  const parts = node.items.map((item) => readNode(item, reading, level + 1))
  const items = parts.map(({ tree }) => tree)
  return weigh({ kind: 'list', at, source: readSource(node, reading, items.at(-1)), items }, parts)
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
  const { tree, faults, duplicates } = assembleMap(
    pairs,
    at,
    readSource(map, reading, pairs.at(-1)?.value),
    reading.schema,
  )
  for (const fault of faults) reading.faults.push(fault)
  for (const fault of duplicates) reading.duplicates.push(fault)
  return weigh(tree, parts)
}

function readScalar(node: unknown, at: Position, reading: YamlReading): Part {
  const source = readSource(node, reading)
  if (!yaml.isScalar(node)) return makeEmpty(at, source)
  const value = reading.schema === 'text' ? (node.value as string) : resolveScalar(node, at, reading)
  if (typeof value !== 'string') return { ...makeEmpty(at, source), tree: { kind: 'scalar', at, source, value } }
  const textAt = reading.within === undefined ? findTextAt(node, value, at, reading) : undefined
  const folded = node.type === 'BLOCK_FOLDED' ? ({ folded: true } as const) : {}
  const tree: Scalar = { kind: 'scalar', at, source, value, ...(textAt === undefined ? {} : { textAt }), ...folded }
  return { tree, size: value.length + 1, depth: 0 }
}

/** Gives a word its type, by its tag or by its spelling without quotes. */
function resolveScalar(node: yaml.Scalar, at: Position, { faults }: YamlReading): Scalar['value'] {
  const written = String(node.value)
  const { tag } = node
  const value = tag === undefined ? (node.type === 'PLAIN' ? resolvePlain(written) : written) : readTagged(tag, written)
  const isNumber = tag === undefined || tag === 'tag:yaml.org,2002:float'
  if (value !== undefined && !(isNumber && node.type === 'PLAIN' && isEndless(written))) return value
  const what =
    tag === undefined ? `${written} is a number that Kubernetes does not know` : `${written} is not as its tag says`
  faults.push({ at, what, fix: tag === undefined ? 'put it in quotes' : 'remove the tag' })
  return written
}

function readTagged(tag: string, written: string): Scalar['value'] | undefined {
  return tag === 'tag:yaml.org,2002:binary' ? decodeBase64(written) : resolveTagged(tag, written)
}

/** @returns undefined when it is not base64 */
function decodeBase64(written: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(written), (letter) => letter.charCodeAt(0)))
  } catch {
    return undefined
  }
}

function findTextAt(node: yaml.Scalar, value: string, at: Position, reading: YamlReading): Position | undefined {
  const find = node.type === 'BLOCK_LITERAL' ? findBlockText : findLineText
  const start = startOf(node)
  const found = find(reading.text, reading.back(start), value)
  if (found === undefined || found.offset === reading.back(start)) return found && at
  const { line, column } = reading.placeOf(start)
  const passed = reading.text.slice(reading.back(start), found.offset).split('\n')
  const moved = passed.length === 1 ? column + (passed[0]?.length ?? 0) : 1 + (passed.at(-1)?.length ?? 0)
  return { line: line + passed.length - 1, column: moved + found.indent }
}

/** @param last the last part of a collection. A block collection ends with it, so that comments behind it are not included. */
function readSource(node: unknown, { back }: YamlReading, last?: Tree): Source {
  const [start = 0, end = 0] = ((yaml.isNode(node) && node.range) || []).map(back)
  const flow = yaml.isCollection(node) && node.flow === true
  return { start, end: flow || last === undefined ? end : last.source.end, flow, alias: false }
}

function startOf(node: unknown): number {
  return yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0
}
