/** How a container's readiness is measured: its own probe, as a flag of its wrapper. Pure. */
import type { Container } from './pod.ts'
import { writeProbe } from './probe-flag.ts'
import { parseProbe, type Probe } from './probe.ts'

/** Which probe tells of readiness: a startupProbe if there is one, else the readinessProbe. */
export const READINESS_PROBES = [
  { field: 'startupProbe', flag: '--startup-probe' },
  { field: 'readinessProbe', flag: '--ready-probe' },
] as const

/** @returns no flags for a container without such a probe, or with one that the API server would refuse. */
export function writeReadiness(container: Container): readonly string[] {
  const found = READINESS_PROBES.find(({ field }) => (container[field] ?? undefined) !== undefined)
  if (found === undefined) return []
  const parsed = parseProbe(container[found.field], namePorts(container['ports']))
  return 'problem' in parsed ? [] : [found.flag, writeProbe(keepFromExpansion(parsed.probe))]
}

/** name -> containerPort of a container's `ports`. */
export function namePorts(ports: unknown): ReadonlyMap<string, number> {
  const named = new Map<string, number>()
  if (!Array.isArray(ports)) return named
  for (const port of ports as readonly { name?: unknown; containerPort?: unknown }[]) {
    if (typeof port?.name === 'string' && typeof port.containerPort === 'number')
      named.set(port.name, port.containerPort)
  }
  return named
}

/**
 * The kubelet expands `$(NAME)` in `args`, where the flag stands, and in the command of an exec probe (pkg/kubelet/container
 * ExpandContainerCommandOnlyStatic), but not in an HTTP probe's path and headers: there `$(` must survive it as `$$(`.
 */
function keepFromExpansion({ check, timing }: Probe): Probe {
  if (check.kind !== 'http') return { check, timing }
  const keep = (text: string): string => text.replaceAll('$(', '$$$$(')
  const headers = check.headers.map(({ name, value }) => ({ name, value: keep(value) }))
  return { check: { ...check, path: keep(check.path), headers }, timing }
}
