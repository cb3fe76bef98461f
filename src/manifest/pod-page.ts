/**
 * The layout of a pod without a source text, such as JSON of the API, as a virtual page for readers of trees. Each value has one line,
 * and each annotation of podorder has as many lines as its text. The line of a fault then identifies the value, or the line of an
 * annotation. Pure.
 */
import { DEPENDS_ON } from '../pod/annotation-names.ts'
import { isObject } from '../base/json-object.ts'
import type { Entry, Fault, Position, Scalar, Source, Tree } from './tree.ts'
import type { PodTemplate } from '../pod/pod.ts'
import type { SourcedPod } from './found-pods.ts'

/** A limit for recursion, deeper than any pod: the deepest fields are about 12 levels down. */
const MAX_DEPTH = 100

const SOURCE: Source = { start: 0, end: 0, flow: true, alias: false }

/** Annotations of podorder. Their lines come first, so that places within the words of a fault are places in the annotation. */
const OWN = /^podorder\.io\//

export interface LaidOutPod extends SourcedPod {
  /** Writes only the place of a fault. */
  readonly nameOf: (place: Position) => string
}

/**
 * Makes a tree of the pod's annotations and spec, which contain the order. A fault's place is `podorder.io/depends-on:2:14` within
 * an annotation, else the path as the API server writes it: `spec.containers[0].name`.
 * @returns undefined when the pod is nested too deeply
 */
export function layOut(template: PodTemplate): LaidOutPod | undefined {
  const { metadata, spec } = template
  const places: Places = { lines: [], parents: [], steps: [] }
  let free = 1
  /** Adds a place. @returns its number */
  const take = (parent: number, step: string | number, lines = 1): number => {
    places.lines.push(free)
    places.parents.push(parent)
    places.steps.push(step)
    free += lines
    return places.lines.length - 1
  }
  const positionOf = (place: number): Position => ({ line: places.lines[place] ?? 0, column: 0 })
  const texts = new Map<string, Scalar>()
  const readText = (key: string, value: string): Scalar => {
    const at = positionOf(take(ROOT, key, value.split('\n').length))
    return { kind: 'scalar', at, source: SOURCE, value, textAt: { line: at.line, column: 1 } }
  }
  const annotations: unknown = metadata?.annotations
  const first = isObject(annotations) ? annotations[DEPENDS_ON] : undefined
  if (typeof first === 'string') texts.set(DEPENDS_ON, readText(DEPENDS_ON, first))

  const read = (value: unknown, parent: number, step: string | number, depth: number): Tree => {
    if (depth > MAX_DEPTH) throw new RangeError('nested too deeply')
    const place = take(parent, step)
    const at = positionOf(place)
    if (Array.isArray(value)) {
      const items = value.map((item, index) => read(item, place, index, depth + 1))
      return { kind: 'list', at, source: SOURCE, items }
    }
    if (!isObject(value)) return { kind: 'scalar', at, source: SOURCE, value: value as Scalar['value'] }
    const entries = Object.entries(value).map(([key, inner]) => makeEntry(key, read(inner, place, key, depth + 1)))
    return { kind: 'map', at, source: SOURCE, entries }
  }
  const readAnnotations = (given: unknown): Tree => {
    if (!isObject(given)) return read(given, ROOT, 'metadata.annotations', 0)
    const own = Object.entries(given).filter(([key]) => OWN.test(key))
    const entries = own.map(([key, value]) =>
      makeEntry(key, typeof value === 'string' ? (texts.get(key) ?? readText(key, value)) : read(value, ROOT, key, 0)),
    )
    return { kind: 'map', at: positionOf(take(ROOT, 'metadata.annotations')), source: SOURCE, entries }
  }
  const pod = { kind: 'map', at: positionOf(take(ROOT, 'metadata')), source: SOURCE } as const
  try {
    const said = annotations === undefined ? [] : [makeEntry('annotations', readAnnotations(annotations))]
    const parts = [makeEntry('metadata', { ...pod, entries: said })]
    if (spec !== undefined) parts.push(makeEntry('spec', read(spec, ROOT, 'spec', 0)))
    return {
      ...{ template, tree: { ...pod, entries: parts } },
      nameOf: (place) => namePlace(places, place),
      say: (fault) => describeOn(places, fault),
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function makeEntry(key: string, value: Tree): Entry {
  return { key, keyAt: value.at, keySource: SOURCE, value, merged: false }
}

/** All values of the page: the first line, and the way to the value. A path is built only for a fault. */
interface Places {
  /** Line numbers, ascending. */
  readonly lines: number[]
  /** The number of the list or map that contains the value. */
  readonly parents: number[]
  readonly steps: (string | number)[]
}

const ROOT = -1

function namePlace(places: Places, { line, column }: Position): string {
  const place = findLast(places.lines, line)
  const name = writePath(places, place)
  return column === 0 ? name : `${name}:${line - (places.lines[place] ?? 0) + 1}:${column}`
}

/** Finds the last place that begins on this line or before it, by bisection. */
function findLast(lines: readonly number[], line: number): number {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle] ?? 0) <= line) low = middle + 1
    else high = middle
  }
  return low - 1
}

function writePath({ parents, steps }: Places, place: number): string {
  let path = ''
  for (let at = place; at !== ROOT; at = parents[at] ?? ROOT) {
    const step = steps[at] ?? ''
    const isFirst = (parents[at] ?? ROOT) === ROOT
    path = `${typeof step === 'number' ? `[${step}]` : isFirst ? step : `.${step}`}${path}`
  }
  return path
}

/** Words a fault as one line, with the container's name if the place does not contain it. */
function describeOn(places: Places, { at, container, what, fix }: Fault): string {
  const whose = container === undefined ? '' : `container "${container}": `
  return `${namePlace(places, at)}: ${whose}${what}; ${fix}`
}
