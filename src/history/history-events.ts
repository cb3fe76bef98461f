/** Turns the events of a run into a history, during the run or from a record. Pure. */
import { WORK_DONE } from '../entrypoint/outcome.ts'
import { CONDITION_NAMES } from '../order/conditions.ts'
import type { ContainerEvent, RunEvent } from './run-event.ts'
import { type ContainerHistory, findEdges, type History, type HistoryLink, type Life, sortByStart } from './history.ts'

export interface Recorder {
  /** Takes constant time; `output` events cost nothing. */
  record(event: RunEvent): void
  /** @param nowMs end of the watch; default: the last event, and what followed is unknown */
  history(nowMs?: number): History
}

/** Containers are in the order of the pod; if its first event does not give it, in the order of their starts. */
export function createRecorder(startMs?: number): Recorder {
  const known = new Map<string, ContainerHistory>()
  let pod = ''
  let listed = false
  let finished = false
  const waits = new Map<string, readonly string[]>()
  let lastMs = startMs ?? 0
  let firstMs = startMs
  return {
    record(event) {
      firstMs ??= event.atMs
      lastMs = Math.max(lastMs, event.atMs)
      if (event.event === 'output') return
      if (event.event === 'pod') {
        pod = event.name ?? pod
        finished ||= event.phase === 'Succeeded' || event.phase === 'Failed'
        listed ||= event.containers !== undefined
        for (const name of event.containers ?? []) known.set(name, known.get(name) ?? beginContainer(name))
        return
      }
      const { container } = event
      if (event.event === 'waiting') waits.set(container, event.waitingFor)
      known.set(container, recordEvent(known.get(container) ?? beginContainer(container), event))
    },
    history(nowMs) {
      const told = [...known.values()].map((one) => (finished ? finish(one) : one))
      const all = listed ? told : sortByStart(told)
      const links = [...waits].flatMap(([container, labels]) => readLinks(container, labels, known))
      const partial = finished || nowMs !== undefined ? {} : { partial: true }
      return { pod, ...findEdges(all, firstMs, nowMs ?? lastMs), containers: all, links, ...partial }
    },
  }
}

export function beginContainer(container: string): ContainerHistory {
  return { container, state: 'pending', lives: [], restarts: 0 }
}

/** The pod has ended, so a pending restart does not take place. */
function finish(history: ContainerHistory): ContainerHistory {
  return history.state === 'restarting' ? { ...history, state: 'ended' } : history
}

/** @param known the containers: labels of outside targets are not links */
export function readLinks(
  container: string,
  labels: readonly string[],
  known: ReadonlyMap<string, unknown>,
): readonly HistoryLink[] {
  return labels.flatMap((label) => {
    const slash = label.lastIndexOf('/')
    const target = label.slice(0, Math.max(0, slash))
    const condition = CONDITION_NAMES.find((name) => name === label.slice(slash + 1))
    return condition !== undefined && known.has(target) ? [{ container, target, condition }] : []
  })
}

export function recordEvent(history: ContainerHistory, event: ContainerEvent): ContainerHistory {
  const { lives } = history
  const change = (life: Life): readonly Life[] => [...lives.slice(0, -1), life]
  /** The current life; an event without one begins a life. */
  const open = (): Life | undefined => (isOpen(history) ? lives.at(-1) : undefined)
  const put = (life: Life): readonly Life[] => (isOpen(history) ? change(life) : [...lives, life])
  switch (event.event) {
    case 'waiting':
      return { ...history, state: 'waiting', lives: [...lives, { sinceMs: event.atMs }] }
    case 'started': {
      const { atMs, sinceMs, waitedFor } = event
      const waited = open()
      const life = { sinceMs, startedMs: atMs, ...(waitedFor === undefined ? {} : { waitedFor }) }
      if (waited === undefined || waited.startedMs !== undefined) {
        return { ...history, state: 'running', lives: [...lives, life] }
      }
      // The gate opened while the pod was being stopped.
      const isStopping = history.state === 'stopping'
      const stopped = isStopping && waited.stopped === true ? { stopped: true } : {}
      return { ...history, state: isStopping ? 'stopping' : 'running', lives: change({ ...life, ...stopped }) }
    }
    case 'ready': {
      const life = open()
      const state = history.state === 'stopping' ? 'stopping' : 'ready'
      if (life === undefined) return { ...history, state }
      const { unready: _, ...up } = life
      const readyMs = life.readyMs ?? (event.measured ? event.atMs : (life.startedMs ?? event.atMs))
      return { ...history, state, lives: change({ ...up, readyMs }) }
    }
    case 'unready':
      return tellUnready(history.state === 'ready' ? { ...history, state: 'running' } : history, event.message)
    case 'not-ready':
      return tellUnready(history, event.message)
    case 'ended':
    case 'skipped': {
      const { atMs, exitCode, reason, message, killedAfterMs } = event
      const told = message === undefined ? {} : { message }
      const stopped = message?.startsWith(WORK_DONE) === true ? { stopped: true } : {}
      const killed = killedAfterMs === undefined ? {} : { killedAfterMs }
      const life = { ...open(), endedMs: atMs, exitCode, reason, ...told, ...stopped, ...killed }
      return { ...history, state: event.event, lives: put(life) }
    }
    case 'restarting':
      return { ...history, state: 'restarting', restarts: event.restarts }
    case 'stopping': {
      const life = open()
      // A held container has already ended; only its wrapper is told to stop.
      if (life === undefined) return history
      const why = event.cause === undefined ? { stopped: true } : { killedBy: event.cause }
      return { ...history, state: 'stopping', lives: change({ ...life, ...why }) }
    }
    case 'unhealthy':
    case 'hook-failed':
    case 'output':
      return history
  }
}

function isOpen({ lives }: ContainerHistory): boolean {
  const life = lives.at(-1)
  return life !== undefined && life.endedMs === undefined
}

function tellUnready(history: ContainerHistory, why: string | undefined): ContainerHistory {
  const life = history.lives.at(-1)
  if (why === undefined || life === undefined || !isOpen(history)) return history
  return { ...history, lives: [...history.lives.slice(0, -1), { ...life, unready: why }] }
}
