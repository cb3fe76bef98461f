/** What waiting needs from outside; loaded as it is needed. */
import type { Kube } from '../kube/kube.io.ts'
import type { TargetState } from '../kube/target-result.ts'
import type { Probe, ProbeResult } from '../probe/probe.ts'
import type { WatchPaths } from '../flags/ports.ts'

export interface WatchPorts {
  /** Opened once and kept; @returns one sentence on why there is none otherwise. */
  readonly kube: () => Promise<Kube | { readonly problem: string }>
  readonly prober: () => Promise<{ probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult> }>
  readonly watchPaths: WatchPaths
  readonly exists: (path: string) => boolean
  readonly warn: (message: string) => void
  /** Between two checks, ms. */
  readonly periodMs: number
}

export type OnState = (state: TargetState) => void
