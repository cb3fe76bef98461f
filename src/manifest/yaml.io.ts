/** Reading YAML and JSON as Kubernetes reads them, with the place of every value; quickly where the text is plain. */
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

export interface Manifest {
  /** Documents in the order of the text; empty documents, and those with a fault, are left out. */
  readonly documents: readonly ManifestDocument[]
  readonly faults: readonly Fault[]
  /** Faults in documents that say nothing to podorder: they are left out too, and are nobody's business here. */
  readonly strange: readonly Fault[]
}

export interface ManifestDocument {
  readonly at: Position
  /** Plain JavaScript, made when first asked for. What aliases share is shared here too: for reading only. */
  readonly value: unknown
  tree(): Tree
  /** Every alias in it, those of merge keys too, with what it stands for. */
  readonly aliases: readonly Alias[]
}

/** Reads a stream of YAML documents as kubectl does: `---` separates them, merge keys are merged, keys become text. */
export function readManifest(text: string): Manifest {
  return readAtOnce(text) ?? readWithCare(text, () => true)
}

/**
 * The same, but what is wrong in a document that says nothing to podorder is no fault, as long as there are others, and of equal
 * keys in it the last counts.
 */
export function readPodManifest(text: string): Manifest {
  const read = readAtOnce(text) ?? readWithCare(text, (document) => document.includes(PREFIX))
  return read.documents.length > 0
    ? read
    : { ...read, faults: sortFaults([...read.faults, ...read.strange]), strange: [] }
}

/** JSON; or plain YAML, where Bun's own reader says that it has been read right. */
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

/** What YAML 1.2 takes for an error may be none to Kubernetes: where lines begin within brackets and quotes. */
function readWithCare(marked: string, isOurs: (document: string) => boolean): Manifest {
  // A first line is a key only behind the mark.
  const text = withoutMark(marked)
  const read = readAll(text, isOurs)
  if (read.unreadable === 0) return read
  const moved = moveLines(text)
  const again = moved === undefined ? read : readAll(text, isOurs, moved)
  return again.unreadable < read.unreadable ? again : read
}

interface Reading extends Manifest {
  /** How many faults say that the text is no YAML, or has no meaning; keys that are there twice have one. */
  readonly unreadable: number
}

function readAll(text: string, isOursAt: (document: string) => boolean, moved?: MovedLines): Reading {
  const [documents, faults, strange]: [ManifestDocument[], Fault[], Fault[]] = [[], [], []]
  let unreadable = 0
  for (const read of readDocuments(text, 'kubernetes', moved === undefined ? {} : { moved })) {
    const isOurs = isOursAt(read.text)
    unreadable += read.faults.length
    for (const fault of read.faults) (isOurs ? faults : strange).push(fault)
    if (isOurs) faults.push(...read.duplicates)
    const isFit = read.faults.length === 0 && (read.duplicates.length === 0 || !isOurs)
    if (read.tree !== undefined && isFit) documents.push(makeDocument(read.tree, read.aliases))
  }
  return { documents, faults, strange, unreadable }
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

/** Here too lines within brackets begin anywhere. */
function readWithin(within: Scalar, text: string): readonly ReadDocument[] {
  const read = [...readDocuments(text, 'text', { within })]
  const moved = read.some(({ faults }) => faults.length > 0) ? moveLines(text) : undefined
  const again = moved === undefined ? read : [...readDocuments(text, 'text', { within, moved })]
  return again.every(({ faults }) => faults.length === 0) ? again : read
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

/** Reads a document of plain YAML, where Bun's own reader says that it has been read right. */
function readPlainNested(scalar: Scalar, text: string): Tree | undefined {
  const [tree, second] = readPlain(text) ?? []
  if (tree === undefined || second !== undefined) return undefined
  // Not before: a text that is plain is nested no deeper than a native reader can take.
  const values = readValues(text)
  return values?.length === 1 && agrees(tree, values[0], text) ? spellOut(tree, scalar) : undefined
}

/**
 * Reads a file of which every scalar is text, as it is spelled; null where nothing is written. Who reads it knows what each field is.
 * @returns the documents that are sound, and the faults of the others
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
