/** The probes and hooks that the wrapper carries out instead of the kubelet, and their flags. Pure. */
import { formatDuration } from '../base/duration.ts'
import { isObject } from '../base/json-object.ts'
import type { Container } from '../pod/pod.ts'
import { writeProbe } from './probe-flag.ts'
import { parseProbe, type Probe } from './probe.ts'
import { protect } from '../pod/expand.ts'

/** The probe of readiness: a startupProbe if there is one, else the readinessProbe. */
export const READINESS_PROBES = [
  { field: 'startupProbe', flag: '--startup-probe' },
  { field: 'readinessProbe', flag: '--ready-probe' },
] as const

export interface Probing {
  readonly flags: readonly string[]
  /** A probe measures readiness; else the container is ready as soon as it is started. */
  readonly measured: boolean
  /** The kubelet must not probe the container before its command runs: the probes would kill it while it waits. */
  readonly guarded: boolean
  /** ms from the start to the first livenessProbe; undefined when a startupProbe decides it, or there is no livenessProbe. */
  readonly liveDelayMs: number | undefined
  /** The hook that the wrapper runs after it has started the command. */
  readonly postStart: unknown
  /** The hook that runs when it is the container's turn to stop; its ports are numbers. */
  readonly preStop: Fields | undefined
  /** `lifecycle.stopSignal`, else the image's signal if it is known. */
  readonly stopSignal: string | undefined
  /** The shortest grace period of a probe, in ms, which counts when the kubelet stops this container alone. */
  readonly probeGraceMs: number | undefined
}

/**
 * Leaves out probes that the API server would refuse.
 * @param begins the command runs at once, as the kubelet expects of a native sidecar. The kubelet keeps its livenessProbe, and its
 * postStart hook, which delays the containers listed after it.
 */
export function writeProbing(container: Container, begins = false): Probing {
  const ports = namePorts(container['ports'])
  const readiness = READINESS_PROBES.flatMap(({ field, flag }) => {
    const parsed = has(container, field) ? parseProbe(container[field], ports) : undefined
    return parsed === undefined || 'problem' in parsed ? [] : [`${flag}=${writeProbe(keepFromExpansion(parsed.probe))}`]
  }).slice(0, 1)
  const startup = has(container, 'startupProbe')
  const liveness = !begins && has(container, 'livenessProbe') ? (container['livenessProbe'] as Fields) : undefined
  const liveDelayMs =
    startup || liveness === undefined ? undefined : Number(liveness['initialDelaySeconds'] ?? 0) * 1000
  const { postStart: hook, preStop, stopSignal } = (container['lifecycle'] ?? {}) as Fields
  const graces = ['livenessProbe', 'startupProbe'].flatMap((field) => {
    const seconds = (container[field] as Fields | null | undefined)?.['terminationGracePeriodSeconds']
    return typeof seconds === 'number' ? [seconds * 1000] : []
  })
  const postStart = begins ? undefined : hook
  return {
    flags: [
      ...readiness,
      ...(liveDelayMs === undefined ? [] : [`--live-delay=${formatDuration(liveDelayMs)}`]),
      ...((postStart ?? undefined) === undefined
        ? []
        : [`--post-start=${protect(JSON.stringify(resolvePort(postStart as Fields, ports)))}`]),
    ],
    measured: readiness.length > 0,
    guarded: startup || liveness !== undefined,
    liveDelayMs,
    postStart: postStart ?? undefined,
    preStop: (preStop ?? undefined) === undefined ? undefined : resolvePort(preStop as Fields, ports),
    stopSignal: typeof stopSignal === 'string' ? stopSignal : undefined,
    probeGraceMs: graces.length === 0 ? undefined : Math.min(...graces),
  }
}

type Fields = Readonly<Record<string, unknown>>

function has(container: Container, field: string): boolean {
  return (container[field] ?? undefined) !== undefined
}

/** Maps the names in a container's `ports` to containerPort. */
export function namePorts(ports: unknown): ReadonlyMap<string, number> {
  const named = new Map<string, number>()
  if (!Array.isArray(ports)) return named
  for (const port of ports as readonly { name?: unknown; containerPort?: unknown }[]) {
    if (typeof port?.name === 'string' && typeof port.containerPort === 'number')
      named.set(port.name, port.containerPort)
  }
  return named
}

/** Replaces the name of a port by its number, since the wrapper does not know the names. */
function resolvePort(hook: Fields, ports: ReadonlyMap<string, number>): Fields {
  const httpGet = isObject(hook) ? (hook['httpGet'] as Fields | null | undefined) : undefined
  const port = httpGet?.['port']
  return typeof port === 'string' && ports.has(port)
    ? { ...hook, httpGet: { ...httpGet, port: ports.get(port) } }
    : hook
}

/**
 * Escapes `$` in an HTTP probe's path and headers. The kubelet does not expand `$(NAME)` there, but it does in `args`, where the flag
 * is, and in the command of an exec probe (pkg/kubelet/container ExpandContainerCommandOnlyStatic).
 */
export function keepFromExpansion({ check, timing }: Probe): Probe {
  if (check.kind !== 'http') return { check, timing }
  const headers = check.headers.map(({ name, value }) => ({ name, value: protect(value) }))
  return { check: { ...check, path: protect(check.path), headers }, timing }
}
