/** The diagram of a pod's order: nodes and links with their labels. Pure. */
import type { Size } from '../picture/frame.ts'
import { formatDuration } from '../base/duration.ts'

export interface Diagram {
  /** `Pod/voting` */
  readonly title: string
  /** Nodes in the order of the pod; targets outside the order follow. */
  readonly nodes: readonly DiagramNode[]
  readonly links: readonly DiagramLink[]
  /** Duration of the critical path in ms; undefined without a history. */
  readonly criticalMs: number | undefined
  /** The pod's grace period. If set, the diagram shows the stop, and links lead from containers that stop first to those that stop after them. */
  readonly graceMs?: number
}

export interface DiagramNode {
  /** A container's name, or a target outside as written: `service/mail`, `sidecar/proxy`. Unique. */
  readonly name: string
  /**
   * `plain`: a container of the pod that is not ordered. `init`: an init container or a native sidecar, before all others.
   * `last`: a native sidecar, which stops after all others.
   */
  readonly kind: 'container' | 'plain' | 'init' | 'last' | 'outside'
  /** The stage in which it starts or stops, from 0; 0 for targets outside the order. */
  readonly stage: number
  readonly main: boolean
  readonly critical: boolean
  /** Others wait for it to be `ready`, but it has no probe, so it is ready when started. */
  readonly unprobed?: boolean
  /** Time from the opening of its gate until its followers' condition was met, if a timeline shows it. */
  readonly durationMs?: number
  /** Options of its wrapper: `retries 3`, `timeout 5m`. */
  readonly options?: readonly string[]
  /** Its stop signal, if the manifest gives it: `SIGINT`. */
  readonly stopSignal?: string
  /** The kind of its preStop hook: `exec`, `sleep 5s`. */
  readonly preStop?: string
  /** The least part of the grace period that it gets, however long earlier containers take to stop. */
  readonly leastMs?: number
}

/** `container` waits for `target`. */
export interface DiagramLink {
  readonly container: string
  readonly target: string
  /** `ready`, `completed`, …; for a target outside its own word, `open`, `ready`, …; in a stop diagram, `STOPPED`. */
  readonly condition: string
  readonly optional: boolean
  readonly timeoutMs?: number
  /** `container` restarts when `target` is lost. */
  readonly restart?: boolean
  /** `container` also restarts when `target` was not ready for this long. */
  readonly restartAfterMs?: number
  readonly critical: boolean
}

/** The condition of all links in a stop diagram. */
export const STOPPED = 'stopped'

/** Positions in px from the top left corner; `links[n]` belongs to the diagram's `links[n]`. */
export interface Placement {
  readonly width: number
  readonly height: number
  /** By name; `x` and `y` are the top left corner. */
  readonly nodes: ReadonlyMap<string, Box>
  readonly links: readonly PlacedLink[]
}

export interface Box extends Size {
  readonly x: number
  readonly y: number
}

export interface PlacedLink {
  /** From the target to the waiting container, in the direction of the start; at least two. */
  readonly points: readonly Point[]
  /** The middle of its label. */
  readonly label: Point
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Lays out a diagram in layers, targets before the containers that wait for them; implemented with a layout library. */
export type PlaceDiagram = (
  diagram: Diagram,
  sizes: { readonly node: (node: DiagramNode) => Size; readonly label: (link: DiagramLink) => Size },
) => Promise<Placement>

/** `5 containers in 4 stages, 1 not ordered, 2 before them`. All formats count in the same way. */
export function countNodes({ nodes }: Pick<Diagram, 'nodes'>): string {
  const ordered = nodes.filter(({ kind }) => kind === 'container')
  const stages = new Set(ordered.map(({ stage }) => stage)).size
  const others = (['plain', 'init', 'last'] as const).flatMap((kind) => {
    const number = nodes.filter((node) => node.kind === kind).length
    return number === 0 ? [] : [`${number} ${ROLES[kind]}`]
  })
  return [`${countWords(ordered.length, 'container')} in ${countWords(stages, 'stage')}`, ...others].join(', ')
}

/** Words for containers outside the order. */
export const ROLES = { plain: 'not ordered', init: 'before all others', last: 'after all others' } as const

/** Note for a container that is awaited as ready and has no probe. */
export const UNPROBED = 'no probe'

/** The role of a node for readers; undefined: a member of the order, or a target outside. */
export function roleOf({ kind }: Pick<DiagramNode, 'kind'>): string | undefined {
  return kind === 'container' || kind === 'outside' ? undefined : ROLES[kind]
}

/** Notes of a container: its options, `retries 3`; in a stop diagram `SIGINT`, `preStop exec`, `at least 1s`. */
export function noteNode({ options = [], stopSignal, preStop, leastMs }: DiagramNode): readonly string[] {
  return [
    ...options,
    ...(stopSignal === undefined ? [] : [stopSignal]),
    ...(preStop === undefined ? [] : [`preStop ${preStop}`]),
    ...(leastMs === undefined ? [] : [`at least ${formatDuration(leastMs)}`]),
  ]
}

/** A label on one line: `db 1.2s`, `log (not ordered)`, `db (SIGINT, at least 1s)`. */
export function labelNode(node: DiagramNode): string {
  const { name, durationMs, unprobed = false } = node
  const role = roleOf(node)
  const notes = [...(role === undefined ? [] : [role]), ...(unprobed ? [UNPROBED] : []), ...noteNode(node)]
  return `${name}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}${durationMs === undefined ? '' : ` ${formatDuration(durationMs)}`}`
}

export function countWords(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`
}

/** The terms of a link: `completed`, `ready (within 2m, optional, restart)`. */
export function describeTerms(link: Omit<DiagramLink, 'container' | 'target'>): string {
  const { condition, timeoutMs, optional, restart = false, restartAfterMs } = link
  const after = restartAfterMs === undefined ? '' : ` after ${formatDuration(restartAfterMs)}`
  const options = [
    timeoutMs === undefined ? [] : `within ${formatDuration(timeoutMs)}`,
    optional ? 'optional' : [],
    restart ? `restart${after}` : [],
  ].flat()
  return options.length === 0 ? condition : `${condition} (${options.join(', ')})`
}

/** Whether a link has only default terms, which are not written on it. */
export function isPlain({ condition, timeoutMs, optional, restart = false }: DiagramLink): boolean {
  return (condition === 'ready' || condition === STOPPED) && timeoutMs === undefined && !optional && !restart
}

/** Containers with the same links. */
export interface Followers {
  readonly nodes: readonly [DiagramNode, ...(readonly DiagramNode[])]
  /** Links of the first container. */
  readonly links: readonly DiagramLink[]
}

/** Groups in the order of the diagram. The containers of a group have the same stage, or no links. */
export function groupFollowers({ nodes, links }: Pick<Diagram, 'nodes' | 'links'>): readonly Followers[] {
  const waits = Map.groupBy(links, ({ container }) => container)
  const keyOf = ({ name, stage }: DiagramNode): string =>
    JSON.stringify([stage, (waits.get(name) ?? []).map((link) => `${link.target} ${describeTerms(link)}`).toSorted()])
  return [...Map.groupBy(nodes, keyOf).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ nodes: [first, ...others], links: waits.get(first.name) ?? [] }],
  )
}

/** `LR`: stages from left to right, each from top to bottom. `TB`: stages from top to bottom, each from left to right. */
export type Direction = 'LR' | 'TB'

/** The layout of this many passing links takes well under a second. */
const MOST_PASSED = 2000
/** With fewer stages, the number of passing links grows only linearly with the number of links. */
const FEW_STAGES = 40

/** Whether links pass so many stages that the layout cannot have a place for each link in each stage. */
export function passesMany({ nodes, links }: Pick<Diagram, 'nodes' | 'links'>): boolean {
  const stages = new Map(nodes.map(({ name, stage }) => [name, stage]))
  if (new Set(stages.values()).size <= FEW_STAGES) return false
  const passed = links.map(({ container, target }) => (stages.get(container) ?? 0) - (stages.get(target) ?? 0) - 1)
  return passed.reduce((sum, count) => sum + Math.max(0, count), 0) > MOST_PASSED
}

/** About 1600 px: the width of a screen. */
const STAGES_ACROSS = 8

/**
 * Left to right, unless that is wider than a screen and the other direction is narrower, because pages scroll downwards.
 * Estimated widths: a stage in a row of stages takes 1.5 times the width of a name, because its links have labels. With stages
 * from top to bottom, a passing link with its label takes half the width of a name. Lanes (`graph/lanes.ts`) need stages from top
 * to bottom.
 */
export function chooseDirection({ nodes, links }: Pick<Diagram, 'nodes' | 'links'>): Direction {
  const stages = new Map(nodes.map(({ name, stage }) => [name, stage]))
  const sizes = Map.groupBy(stages.values(), (stage) => stage)
  if (passesMany({ nodes, links })) return 'TB'
  if (sizes.size <= STAGES_ACROSS) return 'LR'
  const widest = [...sizes.values()].reduce((most, members) => Math.max(most, members.length), 0)
  const passed = links.map(({ container, target }) => (stages.get(container) ?? 0) - (stages.get(target) ?? 0))
  const abreast = passed.reduce((sum, count) => sum + count, 0) / sizes.size
  return 1.5 * sizes.size <= widest + abreast / 2 ? 'LR' : 'TB'
}
