/** Reads a stream of JSON objects as a history: events of a run, states of a pod, or a history written earlier. */
import { readNested } from '../manifest/yaml.io.ts'
import { isObject, type JsonObject, readObject } from '../base/json-object.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'
import { createRecorder, type Recorder } from './history-events.ts'
import { isHistory, isHistoryLike } from './history-json.ts'
import { isRunLine, readRunEvent } from './history-line.ts'
import { createPodRecorder, type PodRecorder } from './history-pod.ts'
import type { History } from './history.ts'
import { createJsonStream } from '../base/json-stream.ts'
import type { TimelinePorts } from './ports.ts'

export interface Reader {
  /** @returns the fault in one clause */
  push(piece: string): string | undefined
  /** @returns the history so far. @param observedMs end of the watch of a pod, undefined: not known; events have their own times */
  history(observedMs: number | undefined): History | { readonly problem: string }
  /** Called at the end of the stream. */
  end(observedMs: number | undefined): History | { readonly problem: string }
}

/** etcd stores no object above 1.5 MiB (its --max-request-bytes); a List may contain several. */
const MAX_OBJECT_MIB = 8
const MIB = 1024 * 1024

type Kind = 'events' | 'pod' | 'history'

/** @param nowMs the time of the picture; undefined: the end of the watch */
export function createReader({ packing }: Pick<TimelinePorts, 'packing'>, nowMs: number | undefined): Reader {
  const stream = createJsonStream()
  const events: Recorder = createRecorder()
  const pods: PodRecorder = createPodRecorder({ parse: readNested, packing })
  let kind: Kind | undefined
  let pod: string | undefined
  let written: History | undefined
  let count = 0

  function take(value: JsonObject): string | undefined {
    const own = isRunLine(value) ? 'events' : isHistoryLike(value) ? 'history' : 'pod'
    if (kind !== undefined && own !== kind) return `object ${count} is something else than those before it`
    kind = own
    if (own === 'pod') return takePod(value)
    if (own === 'history') return takeHistory(value)
    const event = readRunEvent(value)
    if ('problem' in event) return `line ${count}: ${event.problem}`
    events.record(event)
    return undefined
  }

  function takeHistory(value: JsonObject): string | undefined {
    if (!isHistory(value)) return 'it is not what podorder timeline --format json writes'
    if (written !== undefined) return 'it holds several timelines'
    written = value
    return undefined
  }

  function takePod(value: JsonObject, removed = false): string | undefined {
    const { kind: what, type, object } = value
    // An event of a watch; bookmarks and errors contain no pod.
    if (what === undefined && typeof type === 'string' && isObject(object)) {
      return type === 'BOOKMARK' || type === 'ERROR' ? undefined : takePod(object, type === 'DELETED')
    }
    if (what === 'List' || what === 'PodList') {
      for (const item of listOf(value, 'items')) {
        const problem = isObject(item) ? takePod({ kind: 'Pod', ...item }) : 'its list holds no pods'
        if (problem !== undefined) return problem
      }
      return undefined
    }
    if (what !== 'Pod')
      return typeof what === 'string' && what !== '' ? `it is not a Pod but a ${cut(what)}` : 'it is not a pod'
    const name = `${textOf(value, 'metadata', 'namespace')}/${textOf(value, 'metadata', 'name')}`
    if (pod !== undefined && pod !== name) return `it holds several pods, ${cut(pod)} and ${cut(name)}`
    pod = name
    if (fieldOf(value, 'status') === undefined) return 'it is a manifest: its pod has no status'
    return pods.see(value as unknown as PodTemplate, removed)
  }

  return {
    push(piece) {
      for (const text of stream.push(piece)) {
        count += 1
        const value = readObject(text)
        const problem = value === undefined ? `object ${count} is not JSON` : take(value)
        if (problem !== undefined) return problem
      }
      if (stream.strange)
        return count === 0 ? 'this is not a JSON object' : `what follows object ${count} is not a JSON object`
      return stream.rest.length > MAX_OBJECT_MIB * MIB ? `an object of more than ${MAX_OBJECT_MIB} MiB` : undefined
    },
    history,
    end(observedMs) {
      // An interrupted program may leave an incomplete object; the objects before it are complete.
      if (count === 0 && stream.rest !== '') return { problem: 'its JSON breaks off' }
      return history(observedMs)
    },
  }

  function history(observedMs: number | undefined): History | { readonly problem: string } {
    switch (kind) {
      case undefined:
        return { problem: 'it is empty' }
      case 'events':
        return events.history(nowMs)
      case 'history':
        return written ?? { problem: 'it is empty' }
      case 'pod':
        return pod === undefined ? { problem: 'there is no pod in it' } : pods.history(nowMs ?? observedMs)
    }
  }
}

const LONGEST = 80

/** Shortens a text to one line. */
function cut(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST)).slice(1, -1)
}
