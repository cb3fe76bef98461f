/** A pod that a cluster was asked for, with what its wrappers and its kubelet have said of it. Pure. */
import { isObject, type JsonObject } from '../base/json-object.ts'
import { tidy } from '../base/wording.ts'
import { listOf, textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'
import type { ContainerStatus } from './container-status.ts'
import { type PodStatus, readPodStatus } from './pod-status.ts'
import type { WrapperLog } from './wrapper-log.ts'

/** Container -> which of its lives, from 0 -> what its wrapper has written. */
export type PodLogs = ReadonlyMap<string, ReadonlyMap<number, WrapperLog>>

export interface AskedPod {
  readonly pod: JsonObject
  readonly logs: PodLogs
  /** Container -> what the kubelet's own probe has said last: `Readiness probe failed: …`. */
  readonly probes: ReadonlyMap<string, string>
  /** Whether it was deleted. */
  readonly gone: boolean
  /** Why not all is known, one sentence each. */
  readonly notes: readonly string[]
}

/** The log of one life of one container. */
export interface WantedLog {
  readonly container: string
  readonly life: number
  readonly previous: boolean
}

/** The kubelet keeps the logs of two lives. */
export function listLogs(pod: JsonObject): readonly WantedLog[] {
  return readPodStatus(pod as unknown as PodTemplate).containers.flatMap(({ name, wrapper, state, last, restarts }) => {
    if (wrapper !== 'podorder') return []
    const own = { container: name, life: restarts, previous: false }
    if (state.kind === 'running' || state.kind === 'ended') {
      return [...(last === undefined ? [] : [{ ...own, life: restarts - 1, previous: true }]), own]
    }
    // Between two lives the log is still of the one that has ended.
    return last === undefined ? [] : [own]
  })
}

/** Times in a status are full seconds, of the same clock. */
const SECOND_MS = 1000

/** The log of this life; undefined where it is of another one, which has begun or ended meanwhile. */
export function fitLog(
  log: WrapperLog | undefined,
  startedMs: number | undefined,
  finishedMs: number | undefined,
): WrapperLog | undefined {
  if (log === undefined) return undefined
  const early = startedMs !== undefined && log.sinceMs < startedMs - SECOND_MS
  const late = finishedMs !== undefined && log.sinceMs > finishedMs + SECOND_MS
  return early || late ? undefined : log
}

/** What the wrapper of the life that goes on, or of the last one, has written. */
export function logOf({ name, state, restarts }: ContainerStatus, logs: PodLogs): WrapperLog | undefined {
  const log = logs.get(name)?.get(restarts)
  if (state.kind === 'running') return fitLog(log, state.sinceMs, undefined)
  if (state.kind === 'ended') return fitLog(log, state.end.startedMs, state.end.finishedMs)
  return undefined
}

/** With what was read beside it. */
export function addLogs(pod: PodStatus, { logs, probes }: Pick<AskedPod, 'logs' | 'probes'>): PodStatus {
  const containers = pod.containers.map((container) => {
    const log = logOf(container, logs)
    const probe = probes.get(container.name)
    return {
      ...container,
      ...(log === undefined ? {} : { log }),
      ...(probe === undefined ? {} : { probe }),
    }
  })
  return { ...pod, containers }
}

/** @param events of a pod @returns container -> the last word of a probe of the kubelet's */
export function readProbeEvents(events: unknown): ReadonlyMap<string, string> {
  const unhealthy = listOf(events, 'items')
    .filter((event) => textOf(event, 'reason') === 'Unhealthy')
    .map((event) => ({
      at: textOf(event, 'series', 'lastObservedTime') || textOf(event, 'lastTimestamp') || textOf(event, 'eventTime'),
      container: /\{(.*)\}$/.exec(textOf(event, 'involvedObject', 'fieldPath'))?.[1] ?? '',
      message: tidy(textOf(event, 'message')),
    }))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
  return new Map(unhealthy.map(({ container, message }) => [container, message]))
}

export function uidOf(pod: JsonObject): string {
  return textOf(pod, 'metadata', 'uid')
}

/** None of its containers will run again. */
export function isOverPod({ pod, gone }: Pick<AskedPod, 'pod' | 'gone'>): boolean {
  return gone || ['Succeeded', 'Failed'].includes(textOf(pod, 'status', 'phase'))
}

/** As a GET of one pod gives it: the items of a list do not say what they are. */
export function asPod(item: unknown): JsonObject | undefined {
  if (!isObject(item) || textOf(item, 'metadata', 'name') === '' || listOf(item, 'spec', 'containers').length === 0) {
    return undefined
  }
  return { apiVersion: 'v1', kind: 'Pod', ...item }
}
