/** A manifest's pods with their orders, and everything that inject refuses or warns about, each with its rule. */
import type { CheckResult, Finding, Level } from './finding.ts'
import type { RuleId } from './rules.ts'
import type { FoundPod } from '../manifest/found-pods.ts'
import type { Fault } from '../manifest/tree.ts'
import { limitFaults } from '../manifest/yaml-fault.ts'
import type { Order } from '../order/order.ts'
import type { RewriteOptions } from '../rewrite/rewrite.ts'
import type { Input } from '../inject/inputs.ts'
import { type OpenManifest, openManifest, splitMark } from '../inject/manifest.ts'
import { isWanted, listBuried, listStrays, passOver, type ReadOrder, readTemplateOrder } from '../inject/orders.ts'
import type { TemplateKind } from '../manifest/template-kinds.ts'
import { readPodManifest } from '../manifest/yaml.io.ts'

export interface ReadManifest {
  readonly input: Input
  /** Undefined when it cannot be read. */
  readonly manifest: OpenManifest | undefined
  /** All pods, selected or not. */
  readonly pods: readonly FoundPod[]
  /** The number of selected pods with an order, or with a faulty one. */
  readonly ordered: number
  /** The selected pods that inject would rewrite: their manifest has no faults. */
  readonly fit: readonly FitPod[]
  readonly findings: readonly Finding[]
}

export interface FitPod {
  readonly pod: FoundPod
  readonly order: Order
}

/** @param only `KIND/NAME` or `NAME` of the selected objects; empty = all */
export function readCheckedManifest(
  input: Input,
  only: readonly string[],
  rewrite: Pick<RewriteOptions, 'root' | 'requests'>,
  templates: readonly TemplateKind[] = [],
): ReadManifest {
  const manifest = openManifest(input, templates)
  const tell = (rule: RuleId, level: Level) => (fault: Fault) => ({ ...fault, rule, level, file: input.file })
  if ('problems' in manifest) {
    const { faults } = readPodManifest(splitMark(input.text)[1])
    return {
      input,
      manifest: undefined,
      pods: [],
      ordered: 0,
      fit: [],
      findings: limitFaults(faults).map(tell('syntax', 'error')),
    }
  }
  const { pods } = manifest
  const strays = listStrays(manifest, only, templates)
  const read = pods.filter((pod) => isWanted(pod, only)).map((pod) => readTemplateOrder(pod, rewrite))
  return {
    ...{ input, manifest, pods },
    ordered: read.filter(({ order, faults }) => order !== undefined || faults.length > 0).length,
    fit: read.flatMap(({ pod, order, unfit }) => (order === undefined || unfit.length > 0 ? [] : [{ pod, order }])),
    findings: [
      ...strays.lost.map(tell('order', 'error')),
      ...strays.handedOn.map(tell('order', 'warning')),
      ...listBuried(manifest).map(tell('order', 'warning')),
      ...manifest.strange.slice(0, 1).map(passOver).map(tell('syntax', 'warning')),
      ...read.flatMap(listOrderResults).map((result) => ({ ...result, file: input.file })),
    ],
  }
}

/** Lists all that inject would report about a pod, each with its rule. */
export function listOrderResults({ faults, unfit, warnings, notes }: ReadOrder): readonly CheckResult[] {
  const tell = (rule: RuleId, level: Level) => (fault: Fault) => ({ ...fault, rule, level })
  return [
    ...faults.map(tell('order', 'error')),
    ...unfit.map(tell('rewrite', 'error')),
    ...warnings.map(tell('advice', 'warning')),
    ...notes.map(tell('advice', 'note')),
  ]
}
