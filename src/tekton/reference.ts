/** Resolves the references `$(steps.…)` of a step. Pure. */

import { writeAsGo } from './go-json.ts'

export type Reference =
  | { readonly kind: 'result'; readonly path: string; readonly part: Part }
  | { readonly kind: 'artifact'; readonly path: string; readonly side: 'inputs' | 'outputs'; readonly name: string }

type Part =
  | { readonly kind: 'whole' }
  | { readonly kind: 'all' }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'key'; readonly key: string }

export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'problem'; readonly problem: string }

/** @returns the text of a file; undefined when it does not exist or cannot be read */
export type ReadText = (path: string) => string | undefined

const STEPS = '/tekton/steps'

/**
 * The patterns of references. Sources: tektoncd/pipeline pkg/internal/resultref, whose greedy pattern reads two references in one word
 * as a single one, and internal/artifactref.
 */
export const ARTIFACTS = /\$\(steps\.([^.()]+)\.(inputs|outputs)\.([^.()]+)\)/g
export const RESULTS_AND_ARTIFACTS = /\$\(steps\.([^.()]+)\.(inputs|outputs|results)\.([^()]+)\)/g

/** Parses a match of one of the two patterns. @returns undefined when it has none of the forms that Tekton knows */
export function parseVariable([, step = '', what = '', name = '']: readonly string[]): Reference | undefined {
  const metadata = `${STEPS}/step-${step}`
  if (what === 'inputs' || what === 'outputs') {
    return name.includes('.')
      ? undefined
      : { kind: 'artifact', path: `${metadata}/artifacts/provenance.json`, side: what, name }
  }
  const form = /^([^.[\]/]+)(?:\[(\d{1,9}|\*)\]|\.([^.]+))?$/.exec(name)
  if (form === null) return undefined
  const [, result = '', index, key] = form
  return { kind: 'result', path: `${metadata}/results/${result}`, part: partOf(index, key) }
}

function partOf(index: string | undefined, key: string | undefined): Part {
  if (index === '*') return { kind: 'all' }
  if (index !== undefined) return { kind: 'index', index: Number(index) }
  return key === undefined ? { kind: 'whole' } : { kind: 'key', key }
}

export function resolveReference(reference: Reference, read: ReadText): Value {
  const text = read(reference.path)
  if (text === undefined) return refuse(`there is no ${reference.path}; has that step run and written it?`)
  return reference.kind === 'result'
    ? takePart(readResult(text), reference.part)
    : takeArtifact(text, reference.side, reference.name)
}

type Result = string | readonly string[] | ReadonlyMap<string, string>

/** Reads the file of a result. JSON of a list of strings, a map of strings or a string is decoded. Any other content is plain text. */
function readResult(text: string): Result {
  if (!/^["[{]/.test(text)) return text
  const value = parseJson(text)
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return text
  const values: readonly unknown[] = Object.values(value)
  if (!values.every((item) => typeof item === 'string')) return text
  return Array.isArray(value) ? values : new Map(Object.entries(value as Readonly<Record<string, string>>))
}

/**
 * Takes the part of a result that a reference names. A result of another kind and a missing key give empty values, as Go's zero
 * values do in Tekton. An index beyond the end makes Tekton panic; here it is a problem.
 */
function takePart(result: Result, part: Part): Value {
  switch (part.kind) {
    case 'whole':
      return { kind: 'text', text: typeof result === 'string' ? result : '' }
    case 'all':
      return Array.isArray(result) ? { kind: 'words', words: result } : { kind: 'text', text: '' }
    case 'index': {
      const items = Array.isArray(result) ? result : []
      const item: unknown = items[part.index]
      return typeof item === 'string' ? { kind: 'text', text: item } : refuse(`it has only ${items.length} items`)
    }
    case 'key':
      return { kind: 'text', text: (result instanceof Map ? result.get(part.key) : undefined) ?? '' }
  }
}

interface Provenance {
  readonly inputs?: readonly Artifact[]
  readonly outputs?: readonly Artifact[]
}

interface Artifact {
  readonly name?: string
  readonly values?: readonly { readonly digest?: Readonly<Record<string, string>>; readonly uri?: string }[]
}

function takeArtifact(text: string, side: 'inputs' | 'outputs', name: string): Value {
  const value = parseJson(text)
  const artifacts = typeof value === 'object' && value !== null ? (value as Provenance)[side] : undefined
  const found = Array.isArray(artifacts)
    ? (artifacts as readonly Artifact[]).find((one) => one.name === name)
    : undefined
  if (found === undefined) return refuse(`that file has no ${side} of the name ${name}`)
  const values = (found.values ?? []).map(({ digest, uri }) => ({
    ...(digest === undefined ? {} : { digest: sortKeys(digest) }),
    ...(uri === undefined || uri === '' ? {} : { uri }),
  }))
  return { kind: 'text', text: writeAsGo(found.values === undefined ? null : values) }
}

function sortKeys(map: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refuse(problem: string): Value {
  return { kind: 'problem', problem }
}
