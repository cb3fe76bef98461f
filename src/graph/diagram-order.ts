/** Builds the diagram of a pod's start order, with the times of a history if there is one. Pure. */
import { cite } from '../base/escape.ts'
import { findStages } from '../order/graph.ts'
import { formatDuration } from '../base/duration.ts'
import type { SaidOptions } from '../order/container-options.ts'
import { OPTION_FORMS, OPTION_KEYS } from '../order/options.ts'
import type { Edge, Order } from '../order/order.ts'
import { conditionsOf, type OutsideTarget } from '../order/outside-target.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import { findCritical, measureSteps } from '../history/critical.ts'
import type { History } from '../history/history.ts'
import type { Diagram, DiagramLink, DiagramNode } from './diagram.ts'

/**
 * Includes containers outside the order, except podorder's own and those that are waited for as `sidecar/NAME`.
 * @param title `Pod/voting`
 * @param containers all containers of the pod, as listed
 * @param inits its init containers, with native sidecars; ordered ones are drawn like containers
 * @param unprobed containers without a probe that could show readiness
 */
export function diagramOrder(
  title: string,
  containers: readonly string[],
  order: Order,
  inits: readonly string[] = [],
  unprobed: ReadonlySet<string> = new Set(),
): Diagram {
  const links = [
    ...order.edges.map(({ target, condition, ...terms }) => makeLink({ target, condition }, terms)),
    ...order.outside.map(({ target, ...terms }) => makeLink(nameOutside(target), terms)),
  ]
  const stages = new Map<string, number>()
  findStages(order.containers, order.edges).forEach((names, stage) => {
    for (const name of names) stages.set(name, stage)
  })
  const main = new Set(order.main)
  const awaited = new Set(order.edges.flatMap(({ target, condition }) => (condition === 'ready' ? [target] : [])))
  const outside = new Set(order.outside.map(({ target }) => nameOutside(target).target))
  const makeNode = (name: string, kind: DiagramNode['kind']): DiagramNode => ({
    ...{ name, kind, stage: stages.get(name) ?? 0, main: main.has(name), critical: false },
    ...(unprobed.has(name) && awaited.has(name) ? { unprobed: true as const } : {}),
    ...tellOptions(order.options.get(name)),
  })
  const isTold = (name: string): boolean => !outside.has(`sidecar/${name}`) && name !== INIT_CONTAINER
  const own = [
    ...inits.filter((name) => stages.has(name)),
    ...containers.filter((name) => stages.has(name) || isTold(name)),
  ]
  const nodes = [
    ...inits.filter((name) => !stages.has(name) && isTold(name)).map((name) => makeNode(name, 'init')),
    ...own.map((name) => makeNode(name, stages.has(name) ? 'container' : 'plain')),
    ...[...outside].map((name) => makeNode(name, 'outside')),
  ]
  return { title: cite(title), nodes, links, criticalMs: undefined }
}

function makeLink(
  asked: Pick<DiagramLink, 'target' | 'condition'>,
  { container, optional, timeoutMs, restart }: Pick<Edge, 'container' | 'optional' | 'timeoutMs' | 'restart'>,
): DiagramLink {
  return {
    ...{ container, ...asked, optional },
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(restart !== undefined && { restart: true }),
    ...(restart?.afterMs !== undefined && { restartAfterMs: restart.afterMs }),
    critical: false,
  }
}

/** `retries 3`, `timeout 5m`, `quiet`. The command is left out: it is too long for a box. */
function tellOptions(said: SaidOptions | undefined): Pick<DiagramNode, 'options'> {
  const options = OPTION_KEYS.flatMap((key) => {
    const value = key === 'command' ? undefined : said?.[key]
    if (value === undefined) return []
    if (OPTION_FORMS[key].kind === 'duration') return [`${key} ${formatDuration(Number(value))}`]
    if (key === 'exec') return [value === 'never' ? 'exec false' : 'exec']
    return [value === true ? key : `${key} ${String(value)}`]
  })
  return options.length === 0 ? {} : { options }
}

/** The target as written: a Job that is waited for as ended has its own word among the targets. */
function nameOutside({ label }: OutsideTarget): Pick<DiagramLink, 'target' | 'condition'> {
  const ended = /^job-we\//
  if (ended.test(label)) return { target: cite(label.replace(ended, 'job/')), condition: 'ended' }
  return { target: cite(label), condition: conditionsOf(label)?.[0] ?? 'ready' }
}

/**
 * Adds the times of a history: how long each container took, and the critical path if known. Each container on the path waited
 * longest for the one before it.
 */
export function markHistory(diagram: Diagram, history: History): Diagram {
  const measured = measureSteps(history)
  const found = findCritical(history)
  // A single container is not a path.
  const { steps, chainMs } = found !== undefined && found.steps.length > 1 ? found : { steps: [], chainMs: undefined }
  const before = new Map(steps.map(({ container }, index) => [container, steps[index - 1]?.container]))
  const nodes = diagram.nodes.map((node) => {
    const step = measured.get(node.name)
    const critical = before.has(node.name)
    return step === undefined ? { ...node, critical } : { ...node, critical, durationMs: step.toMs - step.fromMs }
  })
  const links = diagram.links.map((link) => ({ ...link, critical: before.get(link.container) === link.target }))
  return { ...diagram, nodes, links, criticalMs: chainMs }
}
