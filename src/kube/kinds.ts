/**
 * The table of targets outside the pod. Lists in messages, the conditions of `depends-on`, the words after `entrypoint wait` and
 * the least Role are made from it. Other files of this directory decide whether an object meets a condition.
 */

/** A collection of the API. */
export interface Resource {
  /** `''` is the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
}

/**
 * How many of the selected objects must meet the condition. `all`: each one. `finished` (k8s-wait-for's `-we`): each one, and a
 * failed one counts too. `some` (its `-wr`): one is enough.
 */
export type Demand = 'all' | 'finished' | 'some'

/** `open` is a synonym of `ready` for servers: they are ready when they answer. */
export type TargetCondition = 'ready' | 'completed' | 'ended' | 'open'

interface TargetKindRow {
  /** The beginning of a target of this kind. */
  readonly prefix: string
  /** The first one is the default. `undefined`: not a target of a gate, only of `entrypoint wait`. */
  readonly conditions: readonly [TargetCondition, ...TargetCondition[]] | undefined
  /** The form in messages. */
  readonly form: string
  /** Resources of the API to watch; none when the target is probed or is a file. */
  readonly resources: readonly Resource[]
}

interface ObjectKindRow extends TargetKindRow {
  /** The kind's name without a suffix means the first one; the others have a suffix. */
  readonly demands: readonly [Demand, ...Demand[]]
}

const objects = (group: string, plural: string): Resource => ({ group, version: 'v1', plural })

export const SLICES = objects('discovery.k8s.io', 'endpointslices')

const OBJECTS = {
  pod: {
    prefix: 'pod/',
    conditions: ['ready'],
    form: 'pod/NAME, pod/NAMESPACE/NAME or pod/-lapp=db',
    resources: [objects('', 'pods')],
    demands: ['all', 'finished', 'some'],
  },
  job: {
    prefix: 'job/',
    conditions: ['completed', 'ended'],
    form: 'job/NAME, job/NAMESPACE/NAME or job/-lapp=db',
    resources: [objects('batch', 'jobs')],
    demands: ['all', 'finished', 'some'],
  },
  service: {
    prefix: 'service/',
    conditions: ['ready'],
    form: 'service/NAME, service/NAMESPACE/NAME or service/-lapp=db',
    // The pods of a Service are in its EndpointSlices, which have generated names.
    resources: [objects('', 'services'), SLICES],
    demands: ['some'],
  },
} as const satisfies Readonly<Record<string, ObjectKindRow>>

export type ObjectKind = keyof typeof OBJECTS

export const OBJECT_KINDS = Object.keys(OBJECTS) as readonly ObjectKind[]

/** The prefix of a container in the same pod without a wrapper. The controller reports only its readiness. */
export const SIDECAR_PREFIX = 'sidecar/'

export const TARGET_KINDS: readonly TargetKindRow[] = [
  ...Object.values(OBJECTS),
  { prefix: SIDECAR_PREFIX, conditions: ['ready'], form: 'sidecar/NAME', resources: [] },
  { prefix: 'tcp://', conditions: ['open'], form: 'tcp://HOST:PORT', resources: [] },
  { prefix: 'http://', conditions: ['ready', 'open'], form: 'http://HOST:PORT/PATH', resources: [] },
  { prefix: 'https://', conditions: ['ready', 'open'], form: 'https://HOST:PORT/PATH', resources: [] },
  { prefix: 'exec:', conditions: undefined, form: 'exec:WORD WORD or exec:["WORD",…]', resources: [] },
  { prefix: 'file:', conditions: undefined, form: 'file:PATH', resources: [] },
]

/** The demands of a kind; its name without a suffix means the first one. */
export function demandsOf(kind: ObjectKind): readonly [Demand, ...Demand[]] {
  return OBJECTS[kind].demands
}

/** The resources of a kind; the first one is that of the object itself. */
export function resourcesOf(kind: ObjectKind): readonly [Resource, ...Resource[]] {
  return OBJECTS[kind].resources
}
