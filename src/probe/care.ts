/** A container's probes and hooks, read from the manifest for a run without a kubelet. Pure. */
import type { Container } from '../pod/pod.ts'
import { namePorts } from './wrapper-probes.ts'
import { type Hook, parseHook, parseStopHook } from './hook.ts'
import { parseProbe, type Probe } from './probe.ts'

export type ProbeKind = 'startup' | 'liveness' | 'readiness'
export type HookKind = 'postStart' | 'preStop'

export interface CareProbe extends Probe {
  /** The probe's terminationGracePeriodSeconds, in ms. */
  readonly graceMs: number | undefined
}

export interface Care {
  readonly probes: Readonly<Partial<Record<ProbeKind, CareProbe>>>
  readonly hooks: Readonly<Partial<Record<HookKind, Hook>>>
}

export interface CareFault {
  /** The path from the container. */
  readonly path: readonly string[]
  readonly problem: string
}

export const PROBE_KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness']
const HOOK_KINDS: readonly HookKind[] = ['postStart', 'preStop']

/** @param kinds the probes to read. @returns the valid probes and hooks, and the faults of the others. */
export function readCare(
  container: Container,
  kinds: readonly ProbeKind[] = PROBE_KINDS,
): { readonly care: Care; readonly faults: readonly CareFault[] } {
  const ports = namePorts(container['ports'])
  const faults: CareFault[] = []
  const probes: Partial<Record<ProbeKind, CareProbe>> = {}
  for (const kind of kinds) {
    const value = container[`${kind}Probe`] ?? undefined
    if (value === undefined) continue
    const parsed = parseProbe(value, ports)
    if ('problem' in parsed) faults.push({ path: [`${kind}Probe`], problem: parsed.problem })
    else probes[kind] = { ...parsed.probe, graceMs: readGrace(value) }
  }
  const hooks: Partial<Record<HookKind, Hook>> = {}
  const given = (container['lifecycle'] ?? {}) as Readonly<Record<string, unknown>>
  for (const kind of HOOK_KINDS) {
    const value = given[kind] ?? undefined
    if (value === undefined) continue
    const parsed = kind === 'preStop' ? parseStopHook(value, ports) : parseHook(value, ports)
    if ('problem' in parsed) faults.push({ path: ['lifecycle', kind], problem: parsed.problem })
    else hooks[kind] = parsed.hook
  }
  return { care: { probes, hooks }, faults }
}

function readGrace(probe: object): number | undefined {
  const { terminationGracePeriodSeconds: seconds } = probe as { readonly terminationGracePeriodSeconds?: unknown }
  return typeof seconds === 'number' ? seconds * 1000 : undefined
}

export function needsCare({ probes, hooks }: Care): boolean {
  return Object.keys({ ...probes, ...hooks }).length > 0
}
