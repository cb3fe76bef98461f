/** The order of a pod as something to be drawn: nodes and links with what is said of them. Pure data. */

export interface Diagram {
  /** `Pod/voting` */
  readonly title: string
  /** In the pod's own order; what is waited for outside the order follows. */
  readonly nodes: readonly DiagramNode[]
  readonly links: readonly DiagramLink[]
  /** How long the critical path takes, ms; undefined where nothing tells how long anything takes. */
  readonly criticalMs: number | undefined
}

export interface DiagramNode {
  /** A container's name, or a target outside as it was written: `service/mail`, `sidecar/proxy`. Unique. */
  readonly name: string
  /** `plain`: a container of the pod that podorder leaves alone. */
  readonly kind: 'container' | 'plain' | 'outside'
  /** Which stage it starts in, from 0; 0 for what is outside the order. */
  readonly stage: number
  readonly main: boolean
  readonly critical: boolean
  /** From the opening of its gate to being what others wait for, where a timeline tells. */
  readonly durationMs?: number
}

/** `container` waits for `target`. */
export interface DiagramLink {
  readonly container: string
  readonly target: string
  /** `ready`, `completed`, …; for a target outside the one it has, `open`, `ready`, … */
  readonly condition: string
  readonly optional: boolean
  readonly timeoutMs?: number
  readonly critical: boolean
}

/** Where everything goes, in px from the top left corner; `links[n]` belongs to the diagram's `links[n]`. */
export interface Placement {
  readonly width: number
  readonly height: number
  /** By name; `x` and `y` are the top left corner. */
  readonly nodes: ReadonlyMap<string, Box>
  readonly links: readonly PlacedLink[]
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
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

/** Lays out a diagram in layers; an adapter of a layout library. */
export type PlaceDiagram = (
  diagram: Diagram,
  sizes: {
    readonly node: (name: string) => { readonly width: number; readonly height: number }
    readonly label: (condition: string) => { readonly width: number; readonly height: number }
  },
) => Promise<Placement>
