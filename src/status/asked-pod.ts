/** A pod of a cluster with its wrappers' logs and the kubelet's events. Pure. */
import { isObject, type JsonObject } from '../base/json-object.ts'
import { tidy } from '../base/wording.ts'
import { listOf, textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'
import type { ContainerStatus } from './container-status.ts'
import { type PodStatus, readPodStatus } from './pod-status.ts'
import type { WrapperLog } from './wrapper-log.ts'

/** Container -> number of the incarnation, from 0 -> the wrapper's log. */
export type PodLogs = ReadonlyMap<string, ReadonlyMap<number, WrapperLog>>

export interface AskedPod {
  readonly pod: JsonObject
  readonly logs: PodLogs
  /** Container -> the last message of the kubelet's probe: `Readiness probe failed: …`. */
  readonly probes: ReadonlyMap<string, string>
  /** Whether the pod was deleted. */
  readonly gone: boolean
  /** What could not be read and why, one sentence each. */
  readonly notes: readonly string[]
}

/** The log of one incarnation of one container. */
export interface WantedLog {
  readonly container: string
  readonly life: number
  readonly previous: boolean
}

/** Lists the logs to read; the kubelet keeps those of two incarnations. */
export function listLogs(pod: JsonObject): readonly WantedLog[] {
  return readPodStatus(pod as unknown as PodTemplate).containers.flatMap(({ name, wrapper, state, last, restarts }) => {
    if (wrapper !== 'podorder') return []
    const own = { container: name, life: restarts, previous: false }
    if (state.kind === 'running' || state.kind === 'ended') {
      return [...(last === undefined ? [] : [{ ...own, life: restarts - 1, previous: true }]), own]
    }
    // Between two incarnations the current log is that of the one that has ended.
    return last === undefined ? [] : [own]
  })
}

/** The precision of times in a status. */
const SECOND_MS = 1000

/** Returns the log if it is of this incarnation; undefined when another one has begun or ended meanwhile. */
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

/** The wrapper's log of the current or last incarnation. */
export function logOf({ name, state, restarts }: ContainerStatus, logs: PodLogs): WrapperLog | undefined {
  const log = logs.get(name)?.get(restarts)
  if (state.kind === 'running') return fitLog(log, state.sinceMs, undefined)
  if (state.kind === 'ended') return fitLog(log, state.end.startedMs, state.end.finishedMs)
  return undefined
}

/** Adds logs and probe messages to a status. */
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

/** @param events of a pod @returns container -> the last message of the kubelet's probe */
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

/** Whether no container of the pod will run again. */
export function isOverPod({ pod, gone }: Pick<AskedPod, 'pod' | 'gone'>): boolean {
  return gone || ['Succeeded', 'Failed'].includes(textOf(pod, 'status', 'phase'))
}

/** Adds kind and apiVersion, which items of a list do not have. */
export function asPod(item: unknown): JsonObject | undefined {
  if (!isObject(item) || textOf(item, 'metadata', 'name') === '' || listOf(item, 'spec', 'containers').length === 0) {
    return undefined
  }
  return { apiVersion: 'v1', kind: 'Pod', ...item }
}
