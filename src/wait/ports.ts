/** The ports of waiting; loaded at first use. */
import type { Kube } from '../kube/kube.io.ts'
import type { TargetState } from '../kube/target-result.ts'
import type { Probe, ProbeResult } from '../probe/probe.ts'
import type { WatchPaths } from '../flags/ports.ts'

export interface WatchPorts {
  /** Opens the API once. @returns the API, or one sentence that says why there is none. */
  readonly kube: () => Promise<Kube | { readonly problem: string }>
  readonly prober: () => Promise<{ probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult> }>
  readonly watchPaths: WatchPaths
  readonly exists: (path: string) => boolean
  readonly warn: (message: string) => void
  /** The interval of checks, ms. */
  readonly periodMs: number
}

export type OnState = (state: TargetState) => void
