/** The order of a pod as something to be drawn: nodes and links with what is said of them. Pure. */
import type { Size } from '../picture/frame.ts'
import { formatDuration } from '../base/duration.ts'

export interface Diagram {
  /** `Pod/voting` */
  readonly title: string
  /** Nodes in the pod's own order; what is waited for outside the order follows. */
  readonly nodes: readonly DiagramNode[]
  readonly links: readonly DiagramLink[]
  /** How long the critical path takes, ms; undefined where nothing tells how long anything takes. */
  readonly criticalMs: number | undefined
  /** The pod's grace period: the diagram is of the stop, and links lead from what stops first to what stops after it. */
  readonly graceMs?: number
}

export interface DiagramNode {
  /** A container's name, or a target outside as it was written: `service/mail`, `sidecar/proxy`. Unique. */
  readonly name: string
  /** `plain`: a container of the pod that podorder leaves alone. `init`: an init container or a native sidecar, before all others. `last`: a native sidecar, which stops after all others. */
  readonly kind: 'container' | 'plain' | 'init' | 'last' | 'outside'
  /** Which stage it starts in, or stops in, from 0; 0 for what is outside the order. */
  readonly stage: number
  readonly main: boolean
  readonly critical: boolean
  /** Others wait for it to be `ready`, and no probe says when: it is so as soon as it is started. */
  readonly unprobed?: boolean
  /** From the opening of its gate to being what others wait for, where a timeline tells. */
  readonly durationMs?: number
  /** What it wants of its wrapper beside the order: `retries 3`, `timeout 5m`. */
  readonly options?: readonly string[]
  /** What stops it, where the manifest says it: `SIGINT`. */
  readonly stopSignal?: string
  /** What its preStop hook does: `exec`, `sleep 5s`. */
  readonly preStop?: string
  /** What it has of the grace period in any case, however long those take that stop before it. */
  readonly leastMs?: number
}

/** `container` waits for `target`. */
export interface DiagramLink {
  readonly container: string
  readonly target: string
  /** `ready`, `completed`, …; for a target outside the one it has, `open`, `ready`, …; of a stop, `STOPPED`. */
  readonly condition: string
  readonly optional: boolean
  readonly timeoutMs?: number
  /** `container` starts anew when `target` is lost. */
  readonly restart?: boolean
  /** … and when it was not ready for so long. */
  readonly restartAfterMs?: number
  readonly critical: boolean
}

/** What all links of a stop ask for. */
export const STOPPED = 'stopped'

/** The places of everything, in px from the top left corner; `links[n]` belongs to the diagram's `links[n]`. */
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
  /** From the target to the container that waits, as the start goes; at least two. */
  readonly points: readonly Point[]
  /** The middle of its label. */
  readonly label: Point
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Lays out a diagram in layers, targets before the containers that wait for them; an adapter of a layout library. */
export type PlaceDiagram = (
  diagram: Diagram,
  sizes: { readonly node: (node: DiagramNode) => Size; readonly label: (link: DiagramLink) => Size },
) => Promise<Placement>

/** `5 containers in 4 stages, 1 not ordered, 2 before them`: in each form a diagram is counted the same way. */
export function countNodes({ nodes }: Pick<Diagram, 'nodes'>): string {
  const ordered = nodes.filter(({ kind }) => kind === 'container')
  const stages = new Set(ordered.map(({ stage }) => stage)).size
  const others = (['plain', 'init', 'last'] as const).flatMap((kind) => {
    const number = nodes.filter((node) => node.kind === kind).length
    return number === 0 ? [] : [`${number} ${ROLES[kind]}`]
  })
  return [`${countWords(ordered.length, 'container')} in ${countWords(stages, 'stage')}`, ...others].join(', ')
}

/** What is said of those that have no place in the order. */
export const ROLES = { plain: 'not ordered', init: 'before all others', last: 'after all others' } as const

/** What is said of one that is awaited as ready and has no probe. */
export const UNPROBED = 'no probe'

/** What it is to those that look at the order; undefined: a member of it, or a target outside. */
export function roleOf({ kind }: Pick<DiagramNode, 'kind'>): string | undefined {
  return kind === 'container' || kind === 'outside' ? undefined : ROLES[kind]
}

/** What is said of a container: its options, `retries 3`; in the diagram of a stop `SIGINT`, `preStop exec`, `at least 1s`. */
export function noteNode({ options = [], stopSignal, preStop, leastMs }: DiagramNode): readonly string[] {
  return [
    ...options,
    ...(stopSignal === undefined ? [] : [stopSignal]),
    ...(preStop === undefined ? [] : [`preStop ${preStop}`]),
    ...(leastMs === undefined ? [] : [`at least ${formatDuration(leastMs)}`]),
  ]
}

/** On one line: `db 1.2s`, `log (not ordered)`, `db (SIGINT, at least 1s)`. */
export function labelNode(node: DiagramNode): string {
  const { name, durationMs, unprobed = false } = node
  const role = roleOf(node)
  const notes = [...(role === undefined ? [] : [role]), ...(unprobed ? [UNPROBED] : []), ...noteNode(node)]
  return `${name}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}${durationMs === undefined ? '' : ` ${formatDuration(durationMs)}`}`
}

export function countWords(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`
}

/** `completed`, `ready (within 2m, optional, restart)`: what a link asks for, beside its target's name. */
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

/** What a link asks for where nothing is said: it is not written on each of them. */
export function isPlain({ condition, timeoutMs, optional, restart = false }: DiagramLink): boolean {
  return (condition === 'ready' || condition === STOPPED) && timeoutMs === undefined && !optional && !restart
}

/** Containers that wait for the very same, and what that is. */
export interface Followers {
  readonly nodes: readonly [DiagramNode, ...(readonly DiagramNode[])]
  /** Those of the first of them. */
  readonly links: readonly DiagramLink[]
}

/** Groups in the order of the diagram. They are of one stage, or wait for nothing. */
export function groupFollowers({ nodes, links }: Pick<Diagram, 'nodes' | 'links'>): readonly Followers[] {
  const waits = Map.groupBy(links, ({ container }) => container)
  const keyOf = ({ name, stage }: DiagramNode): string =>
    JSON.stringify([stage, (waits.get(name) ?? []).map((link) => `${link.target} ${describeTerms(link)}`).toSorted()])
  return [...Map.groupBy(nodes, keyOf).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ nodes: [first, ...others], links: waits.get(first.name) ?? [] }],
  )
}

/** `LR`: the stages from left to right, each from top to bottom. `TB`: the other way round. */
export type Direction = 'LR' | 'TB'

/** So many places of passing links are laid out well within a second. */
const MOST_PASSED = 2000
/** With fewer stages their number grows no faster than that of the links. */
const FEW_STAGES = 40

/** The links pass so many stages that a place for each link in each stage would be too many. */
export function passesMany({ nodes, links }: Pick<Diagram, 'nodes' | 'links'>): boolean {
  const stages = new Map(nodes.map(({ name, stage }) => [name, stage]))
  if (new Set(stages.values()).size <= FEW_STAGES) return false
  const passed = links.map(({ container, target }) => (stages.get(container) ?? 0) - (stages.get(target) ?? 0) - 1)
  return passed.reduce((sum, count) => sum + Math.max(0, count), 0) > MOST_PASSED
}

/** About 1600 px: what a screen shows from left to right. */
const STAGES_ACROSS = 8

/**
 * Left to right as time goes, unless that is wider than a screen and the other way is narrower: pages scroll downwards. A
 * stage takes half as much again across as a name does (its links have labels); where stages lie one below another, a link
 * takes half of it, with its label, wherever it passes. Lanes (`graph/lanes.ts`) are beside stages that lie one below another.
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
