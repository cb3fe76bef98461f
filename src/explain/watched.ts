/** Reads the output of `kubectl get -o json --watch`, a sequence of states of pods: returns the last state of each pod. Pure. */
import { isObject, type JsonObject, readObject } from '../base/json-object.ts'
import { listOf, textOf } from '../pod/api-object.ts'
import type { Position } from '../manifest/tree.ts'
import { createJsonStream } from '../base/json-stream.ts'

export interface Seen {
  readonly pod: JsonObject
  /** The position of its object. */
  readonly at: Position
  /** Whether the object comes from a deletion event. */
  readonly gone: boolean
}

/** @returns undefined when the text is not a stream of JSON but one or more documents; `problem` is one clause */
export function findLastSeen(text: string): readonly Seen[] | { readonly problem: string } | undefined {
  const stream = createJsonStream()
  const whole = stream.push(text)
  const first = readObject(whole[0] ?? '')
  const alone = whole.length === 1 && (stream.strange || stream.rest === '')
  if (first === undefined || (alone && readEvent(first) === undefined)) return undefined
  if (stream.strange) return { problem: `what follows object ${whole.length} is no JSON` }
  const last = new Map<string, Seen>()
  const look = createFinder(text)
  for (const [index, piece] of whole.entries()) {
    const value = index === 0 ? first : readObject(piece)
    if (value === undefined) return { problem: `object ${index + 1} is no JSON` }
    const at = look(piece)
    const object = readEvent(value) ?? value
    const gone = object !== value && value['type'] === 'DELETED'
    for (const pod of listPods(object)) last.set(nameSeen(pod), { pod, at, gone })
  }
  return last.size === 0 ? { problem: 'there is no pod in it' } : [...last.values()]
}

/** @returns the object of an event, in the form of `--output-watch-events` and of the API server */
function readEvent({ kind, type, object }: JsonObject): JsonObject | undefined {
  return kind === undefined && typeof type === 'string' && isObject(object) ? object : undefined
}

/** Leaves out bookmarks, which have no name, and errors. */
function listPods(object: JsonObject): readonly JsonObject[] {
  const kind = textOf(object, 'kind')
  if (kind === 'List' || kind === 'PodList') {
    return listOf(object, 'items').flatMap((item) => (isObject(item) ? listPods({ kind: 'Pod', ...item }) : []))
  }
  return kind === 'Pod' && textOf(object, 'metadata', 'name') !== '' ? [object] : []
}

/** @returns a key that is the same for each state of a pod */
export function nameSeen(pod: unknown): string {
  return `${textOf(pod, 'metadata', 'namespace')}/${textOf(pod, 'metadata', 'name')}`
}

/** @returns a function that finds the positions of the pieces; it must be called in their order */
function createFinder(text: string): (piece: string) => Position {
  let line = 1
  let lineStart = 0
  let from = 0
  return (piece) => {
    const begin = text.indexOf(piece, from)
    for (let next = text.indexOf('\n', lineStart); next !== -1 && next < begin; next = text.indexOf('\n', lineStart)) {
      line += 1
      lineStart = next + 1
    }
    from = begin + piece.length
    return { line, column: begin - lineStart + 1 }
  }
}
