/** Words for the state of a container apart from its gate: it runs, fails, has completed, or was not created. Pure. */
import type { ContainerStatus } from '../status/container-status.ts'
import { type PodStatus, RENEWAL } from '../status/pod-status.ts'
import { hasNeverBegun, nameEnd, nameKill, wordEnd } from './ending.ts'
import type { Circumstances, Over, Told, Words } from './container-finding.ts'
import { describePod, readLogs } from './kubectl.ts'
import { askNode, overdueMs } from './stops.ts'
import { findTrouble, isNotMade } from './trouble.ts'
import { findUnready } from './unready.ts'
import { hasEnded, isWorkDone, startsNoMore } from '../status/next-starts.ts'
import { enumerate, wordDuration } from '../base/wording.ts'

/** @returns a sentence */
export function tellState(container: ContainerStatus, around: Circumstances): Words {
  const { pod, nowMs, over } = around
  const { state, role, name, held, log } = container
  if (role === 'ephemeral') return tellEphemeral(container)
  const stopped = tellStoppedWithPod(container, pod)
  if (stopped !== undefined) return stopped
  const trouble = findTrouble(container, pod) ?? (over !== undefined ? undefined : findUnready(container, pod, nowMs))
  if (trouble !== undefined) return { rank: 'cause', ...trouble }
  if (isNotMade(container)) return tellNotMade(container, around)
  const again = wordRestarts(container)
  if (state.kind === 'ended') {
    const ceaseless =
      container.policy === 'Always' && !startsNoMore(pod) ? '; restartPolicy Always starts it again' : ''
    return { rank: 'fine', message: `has completed${again}${ceaseless}`, clause: 'has completed' }
  }
  if (role === 'init') {
    const message = `runs${wordSince(state, nowMs)}${again}; the containers after it wait for its end`
    return { rank: 'awaited', message, clause: 'is running', next: [readLogs(pod, name)] }
  }
  if (over !== undefined) return tellOver(container, over, around)
  if (held && log?.endedMs !== undefined) {
    const message = `has completed${again}, and its wrapper stays, because others wait for its end`
    return { rank: 'fine', message, clause: 'has completed' }
  }
  if (held && log === undefined) {
    const message = `runs, or has completed and its wrapper stays, because others wait for its end${again}: its status does not show it`
    return { rank: 'unclear', message, clause: 'may have completed or not', next: [readLogs(pod, name)] }
  }
  return { rank: 'fine', message: `runs${wordSince(state, nowMs)}${again}${wordAnew(container)}`, clause: 'is running' }
}

/** After the end of `main`, wrapped containers are stopped. A container that is not wrapped keeps the pod from ending. */
function tellOver({ name, role, wrapper }: ContainerStatus, over: Over, { pod, nowMs }: Circumstances): Words {
  const { atMs = Infinity, graceMs } = over
  const main = `main (${enumerate(over.main)}) has ended`
  // The kubelet stops native sidecars itself.
  if (wrapper !== undefined || role === 'sidecar') {
    const lateMs = overdueMs(atMs + graceMs, nowMs)
    if (lateMs !== undefined) {
      const message = `runs, as far as its node has told: ${main}, and it was to be stopped ${wordDuration(lateMs)} ago`
      const next = [...askNode(pod.node), readLogs(pod, name), describePod(pod)]
      return { rank: 'cause', message, clause: 'does not stop', next }
    }
    return { rank: 'awaited', message: `is being stopped because ${main}`, clause: 'is being stopped' }
  }
  const message = `still runs although ${main}, and keeps the pod from ending: podorder stops only containers of the order`
  const next = [
    `name ${name} in podorder.io/depends-on, or make it a native sidecar: an init container with restartPolicy Always`,
  ]
  return { rank: 'cause', message, clause: 'is running', next }
}

/** Restarts by `restart: true`, which the kubelet does not count. */
function wordAnew({ log }: ContainerStatus): string {
  if (log?.anew === undefined) return ''
  const { times, why } = log.anew
  const since = times === 1 ? `since ${why}` : `the last time because ${why}`
  return `, started anew ${times === 1 ? 'once' : `${times} times`} in its container, ${since}`
}

function wordRestarts(container: ContainerStatus): string {
  const { restarts, last, renewed } = container
  if (restarts === 0) return ''
  const told = renewed ? 'was removed, since all containers of the pod started anew (RestartAllContainers)' : ''
  // The log belongs to the current life.
  const { log: _log, ...known } = container
  const before = last === undefined ? told : wordEnd(last, known)
  return `, restarted ${restarts === 1 ? 'once' : `${restarts} times`}${before === '' ? '' : `; before that it ${before}`}`
}

function wordSince(state: ContainerStatus['state'], nowMs: number): string {
  const sinceMs = state.kind === 'running' ? state.sinceMs : undefined
  return sinceMs === undefined ? '' : ` for ${wordDuration(Math.max(0, nowMs - sinceMs))}`
}

/** An ephemeral container is for debugging: no container waits for it, and its end is no failure. */
function tellEphemeral({ state }: ContainerStatus): Words {
  const message =
    state.kind === 'ended'
      ? `was for debugging, and ended with ${nameEnd(state.end)}`
      : `is for debugging, and ${state.kind === 'running' ? 'runs' : 'is being made'}`
  return { rank: 'fine', message, clause: 'is for debugging' }
}

/** 128 + SIGKILL and SIGTERM. */
const CODES_OF_STOPS: ReadonlySet<number> = new Set([137, 143])

/** The whole pod was stopped, or its status is not current: the ends of its containers then show no cause. */
function tellStoppedWithPod(container: ContainerStatus, pod: PodStatus): Words | undefined {
  const { state, role } = container
  if (state.kind !== 'ended' || hasNeverBegun(state.end)) return undefined
  const { end } = state
  if (role === 'sidecar' && isWorkDone(pod) && (end.exitCode === 0 || CODES_OF_STOPS.has(end.exitCode))) {
    const code = end.exitCode === 0 ? '' : ` (${nameEnd(end)}${nameKill(container)})`
    return {
      rank: 'fine',
      message: `was stopped after the others had ended${code}`,
      clause: 'was stopped after the others',
    }
  }
  if (end.exitCode === 0) return undefined
  const clause = 'was stopped with the pod'
  if (pod.outdated)
    return { rank: 'consequence', message: `ended with ${nameEnd(end)}, if that is its own status`, clause }
  const { deadlineMs = Infinity, graceMs = 0 } = pod.deletion ?? {}
  const told = (end.finishedMs ?? 0) >= deadlineMs - graceMs
  const killed =
    CODES_OF_STOPS.has(end.exitCode) && (pod.deletion !== undefined || (pod.phase === 'Failed' && pod.reason !== ''))
  if (end.reason === 'OOMKilled' || !(told || killed)) return undefined
  return { rank: 'stopped', message: `${clause} (${nameEnd(end)}${nameKill(container)})`, clause }
}

function tellNotMade(container: ContainerStatus, { pod, blocker }: Circumstances): Words {
  const clause = 'has not been created yet'
  if (pod.deletion !== undefined && !hasEnded(pod)) {
    return { rank: 'stopped', message: 'is not created any more, since the pod is being deleted', clause }
  }
  if (pod.unscheduled !== undefined) {
    return { rank: 'consequence', message: 'has not been created, since no node has the pod', clause }
  }
  if (hasEnded(pod)) return tellNeverMade(container, blocker)
  if (blocker !== undefined && blocker.name !== container.name) {
    const what = blocker.type === 'sidecar' ? 'native sidecar' : 'init container'
    const message = `is created after the ${what} ${blocker.name} (it ${blocker.clause})`
    return { rank: 'consequence', message, clause, origins: originsOf(blocker) }
  }
  const anew = container.state.kind === 'waiting' && container.state.reason === RENEWAL
  const message = anew
    ? `is being created anew, with all containers of the pod (RestartAllContainers${container.restarts > 1 ? `, ${container.restarts} times so far` : ''})`
    : 'is being created: its image is pulled, its volumes are mounted'
  return { rank: 'awaited', message, clause, next: [describePod(pod)] }
}

/** A kubelet that rejects or evicts a pod may leave its containers out of the status (pkg/kubelet/eviction, kubelet.go: rejectPod). */
function tellNeverMade({ state }: ContainerStatus, blocker: Told | undefined): Words {
  if (state.kind === 'none' && blocker?.rank !== 'cause') {
    const message = 'may have run or not: its status does not show it'
    return { rank: 'unclear', message, clause: 'may have run or not' }
  }
  const words = { message: 'was never created', clause: 'was never created' }
  return blocker?.rank === 'stopped'
    ? { rank: 'stopped', ...words }
    : { rank: 'consequence', ...words, origins: originsOf(blocker) }
}

function originsOf(blocker: Told | undefined): readonly string[] {
  return blocker === undefined ? [] : [blocker.name]
}
