/** Builds the diagram of a pod's stop order. Pure. */
import { cite } from '../base/escape.ts'
import { formatDuration } from '../base/duration.ts'
import { isObject } from '../base/json-object.ts'
import { nameSignal, parseSignal } from '../base/signal-names.ts'
import { findStages } from '../order/graph.ts'
import type { Order } from '../order/order.ts'
import { LEAST_GRACE_MS, planStops } from '../order/stopping.ts'
import type { Container } from '../pod/pod.ts'
import { type Diagram, type DiagramNode, STOPPED } from './diagram.ts'

export interface StoppedPod {
  /** `Pod/voting` */
  readonly title: string
  /** All containers of the pod, as listed, before any rewrite. */
  readonly containers: readonly Container[]
  /** Its native sidecars, which the kubelet stops itself, in reverse order, after all others have ended. */
  readonly sidecars: readonly Container[]
  /** Its terminationGracePeriodSeconds. */
  readonly graceMs: number
}

/** Links lead from containers that stop first to those that stop after them. */
export function diagramStop(order: Order, { title, containers, sidecars, graceMs }: StoppedPod): Diagram {
  const stops = planStops(order, graceMs)
  const listed = new Map(containers.map((container) => [container.name, container]))
  const ordered = order.containers.filter((name) => listed.has(name))
  const links = ordered.flatMap((container) =>
    (stops.get(container)?.after ?? []).map((target) => ({
      ...{ container, target, condition: STOPPED },
      ...{ optional: false, critical: false },
    })),
  )
  const stages = new Map(
    findStages(ordered, links).flatMap((names, stage) => names.map((name) => [name, stage] as const)),
  )
  const main = new Set(order.main)
  const makeNode = (container: Container, kind: DiagramNode['kind']): DiagramNode => {
    const { name } = container
    // A container without links in the stop order has the whole grace period.
    const leastMs = stops.get(name)?.reserveMs
    return {
      ...{ name, kind, stage: stages.get(name) ?? 0, main: main.has(name), critical: false },
      ...describeStop(container, order),
      ...(leastMs === undefined ? {} : { leastMs }),
    }
  }
  const nodes = [
    ...containers.map((container) => makeNode(container, stages.has(container.name) ? 'container' : 'plain')),
    ...sidecars.toReversed().map((container) => makeNode(container, 'last')),
  ]
  return { title: cite(title), nodes, links, criticalMs: undefined, graceMs: Math.max(LEAST_GRACE_MS, graceMs) }
}

/** The stop settings of its manifest. */
function describeStop({ name, lifecycle }: Container, order: Order): Pick<DiagramNode, 'stopSignal' | 'preStop'> {
  const { stopSignal, preStop } = (lifecycle ?? {}) as { readonly stopSignal?: unknown; readonly preStop?: unknown }
  const said = typeof stopSignal === 'string' ? stopSignal : order.options.get(name)?.stopSignal
  const signal = said === undefined ? undefined : parseSignal(said)
  const hook = isObject(preStop) ? describeHook(preStop) : undefined
  return {
    ...(signal === undefined ? {} : { stopSignal: nameSignal(signal) }),
    ...(hook === undefined ? {} : { preStop: hook }),
  }
}

/** `exec`, `sleep 5s` */
function describeHook(hook: Readonly<Record<string, unknown>>): string | undefined {
  const handler = Object.keys(hook).find((key) => isObject(hook[key]))
  const { seconds } = (hook['sleep'] ?? {}) as { readonly seconds?: unknown }
  return handler === 'sleep' && typeof seconds === 'number' ? `sleep ${formatDuration(seconds * 1000)}` : handler
}
