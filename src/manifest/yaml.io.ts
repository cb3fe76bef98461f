/** Reads YAML and JSON as Kubernetes does, with the place of every value. Plain text is read by a fast reader. */
import { PREFIX } from '../pod/annotation-names.ts'
import { agrees } from './agreement.ts'
import { type MovedLines, moveLines } from './free-lines.ts'
import { readJson } from './json-tree.ts'
import { isNestedTooDeeply, spellOut } from './plain-nested.ts'
import { readPlain } from './plain-yaml.ts'
import {
  type Alias,
  describeKind,
  type Fault,
  type Position,
  type Scalar,
  sortFaults,
  toPlain,
  type Tree,
} from './tree.ts'
import { type ReadDocument, readDocuments, withoutMark } from './yaml-documents.ts'
import { findLoneReturn } from './yaml-fault.ts'

export interface Manifest {
  /** Documents in the order of the text, without empty ones and those with a fault. */
  readonly documents: readonly ManifestDocument[]
  readonly faults: readonly Fault[]
  /** Faults in documents without anything for podorder. These documents are left out; the faults are not errors of a command. */
  readonly strange: readonly Fault[]
}

export interface ManifestDocument {
  readonly at: Position
  /** Plain JavaScript values, made at the first access. Aliases share values, so they are read-only. */
  readonly value: unknown
  tree(): Tree
  /** All aliases with their values, including those of merge keys. */
  readonly aliases: readonly Alias[]
}

/** Reads a stream of YAML documents as kubectl does: `---` separates them, merge keys are merged, keys become text. */
export function readManifest(text: string): Manifest {
  return readAtOnce(text) ?? readWithCare(text, () => true)
}

/**
 * Reads a manifest like `readManifest`, but tolerates documents without anything for podorder, if there are other documents: their
 * faults are `strange`, and the last of their duplicate keys counts.
 * @param tolerant the manifest may have no other documents
 */
export function readPodManifest(text: string, tolerant = false): Manifest {
  const read = readAtOnce(text) ?? readWithCare(text, (document) => document.includes(PREFIX))
  return tolerant || read.documents.length > 0
    ? read
    : { ...read, faults: sortFaults([...read.faults, ...read.strange]), strange: [] }
}

/** Reads JSON, or plain YAML if Bun's reader confirms the result. */
function readAtOnce(text: string): Manifest | undefined {
  const json = /^\s*\{/.test(text) ? readJson(text) : undefined
  if (json !== undefined) return gather(json)
  const values = readValues(text)
  const trees = values && readPlain(text)
  const isRight = trees?.length === values?.length && trees?.every((tree, index) => agrees(tree, values?.[index], text))
  return isRight === true && trees !== undefined ? gather(trees) : undefined
}

function gather(trees: readonly Tree[]): Manifest {
  return { documents: trees.map((tree) => makeDocument(tree, [])), faults: [], strange: [] }
}

/** Reads by the library; after an error once more with moved lines, since Kubernetes accepts lines that YAML 1.2 does not. */
function readWithCare(marked: string, isOurs: (document: string) => boolean): Manifest {
  // The byte order mark would become a part of the first key.
  const text = withoutMark(marked)
  const read = readAll(text, isOurs)
  if (read.unreadable === 0) return read
  const moved = moveLines(text)
  const again = moved === undefined ? read : readAll(text, isOurs, moved)
  return again.unreadable < read.unreadable ? again : read
}

interface Reading extends Manifest {
  /** The number of syntax faults and faults without a meaning. Duplicate keys have a meaning. */
  readonly unreadable: number
}

function readAll(text: string, isOursAt: (document: string) => boolean, moved?: MovedLines): Reading {
  const [documents, faults, strange]: [ManifestDocument[], Fault[], Fault[]] = [[], [], []]
  let unreadable = 0
  for (const read of readDocuments(text, 'kubernetes', moved === undefined ? {} : { moved })) {
    const isOurs = isOursAt(read.text)
    const lone =
      isOurs || read.faults.length > 0 ? findLoneReturn(text, read.start, read.start + read.text.length) : undefined
    const found = lone === undefined ? read.faults : [lone]
    unreadable += found.length
    for (const fault of found) (isOurs ? faults : strange).push(fault)
    if (isOurs && lone === undefined) faults.push(...read.duplicates)
    const isFit = found.length === 0 && (read.duplicates.length === 0 || !isOurs)
    if (read.tree !== undefined && isFit) documents.push(makeDocument(read.tree, read.aliases))
  }
  return { documents, faults, strange, unreadable }
}

/**
 * Reads the values of documents without places by Bun's built-in reader, which is some 40 times as fast.
 * @returns undefined without Bun, or when its reader does not accept the text
 */
export function readValues(text: string): readonly unknown[] | undefined {
  const { Bun: bun } = globalThis as { readonly Bun?: { readonly YAML?: { parse(text: string): unknown } } }
  if (bun?.YAML === undefined) return undefined
  try {
    // Bun returns an array only for several documents, so one more is put before the text.
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

/** Reads text within a scalar; there too, lines within brackets may begin at any column. */
function readWithin(within: Scalar, text: string): readonly ReadDocument[] {
  const read = [...readDocuments(text, 'text', { within })]
  const moved = read.some(({ faults }) => faults.length > 0) ? moveLines(text) : undefined
  const again = moved === undefined ? read : [...readDocuments(text, 'text', { within, moved })]
  return again.every(({ faults }) => faults.length === 0) ? again : read
}

/**
 * Reads the YAML inside a scalar, such as an annotation. All scalars in it are text as spelled: a container may have the name
 * `1e3` or `no`. Places are those of the outer file, and exact when the scalar has a `textAt`.
 * @param longest limit for text that is not plain, for which the library needs some 2 ms per KiB; plain text has no limit
 * @returns no tree when the text has only comments, or has faults.
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
  if (isNestedTooDeeply(scalar.value)) {
    return {
      tree: undefined,
      faults: [{ at: scalar.at, what: 'nested too deeply', fix: 'nest maps and lists less deeply' }],
    }
  }
  if (scalar.value.length > longest) {
    const what = `more than ${Math.floor(longest / 1024)} KiB of YAML that is not plain`
    const fix = 'write it without anchors, aliases, tags, tabs and folded text, with a line for each container'
    return { tree: undefined, faults: [{ at: scalar.at, what, fix }] }
  }
  const [first, second] = readWithin(scalar, scalar.value)
  if (first === undefined) return { tree: undefined, faults: [] }
  const faults = sortFaults([...first.faults, ...first.duplicates])
  if (faults.length > 0 && scalar.folded === true) {
    const what = 'behind > the lines of a text are joined, and so it cannot be read'
    return { tree: undefined, faults: [{ at: scalar.at, what, fix: 'write | instead of >' }] }
  }
  if (faults.length > 0 || second === undefined) return { tree: faults.length > 0 ? undefined : first.tree, faults }
  const at = second.tree?.at ?? scalar.at
  return { tree: undefined, faults: [{ at, what: 'a second YAML document', fix: 'write one, without ---' }] }
}

/** Reads a document of plain YAML, if Bun's reader confirms the result. */
function readPlainNested(scalar: Scalar, text: string): Tree | undefined {
  const [tree, second] = readPlain(text) ?? []
  if (tree === undefined || second !== undefined) return undefined
  // Only after `readPlain`, which limits the nesting: deep nesting could crash the native reader.
  const values = readValues(text)
  return values?.length === 1 && agrees(tree, values[0], text) ? spellOut(tree, scalar) : undefined
}

/**
 * Reads a file with all scalars as text, as spelled; an empty scalar is null. The caller knows the type of each field.
 * @returns the documents without faults, and the faults of the others
 */
export function readTexts(text: string): { readonly trees: readonly Tree[]; readonly faults: readonly Fault[] } {
  const trees: Tree[] = []
  const faults: Fault[] = []
  for (const read of readDocuments(text, 'text')) {
    faults.push(...sortFaults([...read.faults, ...read.duplicates]))
    if (read.tree !== undefined && read.duplicates.length === 0) trees.push(read.tree)
  }
  return { trees, faults }
}
