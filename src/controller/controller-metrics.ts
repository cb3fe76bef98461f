/** Counters of the controller in Prometheus' text format 0.0.4. Pure except for the counters. */
import type { FailureKind } from '../kube/failure.ts'
import { version } from '../base/version.ts'
import type { Write } from './next-action.ts'

export interface ControllerGauges {
  readonly pods: number
  readonly gated: number
  readonly leading: boolean
}

export interface ControllerMetrics {
  countWrite(kind: Write['kind']): void
  countFailure(kind: FailureKind): void
  countWatch(): void
  write(gauges: ControllerGauges): string
}

export function createControllerMetrics(): ControllerMetrics {
  const writes = new Map<Write['kind'], number>([
    ['status', 0],
    ['nudge', 0],
    ['event', 0],
  ])
  const failures = new Map<FailureKind, number>()
  let watches = 0
  return {
    countWrite: (kind) => void writes.set(kind, (writes.get(kind) ?? 0) + 1),
    countFailure: (kind) => void failures.set(kind, (failures.get(kind) ?? 0) + 1),
    countWatch: () => void watches++,
    write: ({ pods, gated, leading }) =>
      [
        ...head('podorder_build_info', 'gauge', 'The version that runs.'),
        `podorder_build_info{version="${version}"} 1`,
        ...head('podorder_writes_total', 'counter', 'Patches of annotations, nudges of the kubelet, and Events.'),
        ...[...writes].map(([kind, count]) => `podorder_writes_total{kind="${kind}"} ${count}`),
        ...head('podorder_write_failures_total', 'counter', 'Writes that the API did not take, by why.'),
        ...[...failures].map(([kind, count]) => `podorder_write_failures_total{reason="${kind}"} ${count}`),
        ...head('podorder_watches_total', 'counter', 'Watches that were begun: the first, and each after an end.'),
        `podorder_watches_total ${watches}`,
        ...head('podorder_pods', 'gauge', 'Pods that are watched.'),
        `podorder_pods ${pods}`,
        ...head('podorder_gated_pods', 'gauge', 'Pods in which a container waits for another by the downward API.'),
        `podorder_gated_pods ${gated}`,
        ...head('podorder_leader', 'gauge', '1 where this replica writes.'),
        `podorder_leader ${leading ? 1 : 0}`,
        '',
      ].join('\n'),
  }
}

function head(name: string, type: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}
