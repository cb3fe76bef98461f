/**
 * What can be waited for outside the order of a pod: one table. Lists in messages, the conditions of `depends-on`, the words
 * after `entrypoint wait` and the least Role follow from it. What a condition asks of an object is judged in a file beside this one.
 */

/** A collection of the API. */
export interface Resource {
  /** `''` is the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
}

/**
 * How much of what was selected must be there. `all`: every one. `finished` (k8s-wait-for's `-we`): the same, but what has
 * failed counts as well. `some` (its `-wr`): one is enough.
 */
export type Demand = 'all' | 'finished' | 'some'

/** `open` is a word for servers, which are ready when they answer. */
export type TargetCondition = 'ready' | 'completed' | 'ended' | 'open'

interface TargetKindRow {
  /** What a target of the kind begins with. */
  readonly prefix: string
  /** The first one is meant where none is said. `undefined`: no target of a gate, only of `entrypoint wait`. */
  readonly conditions: readonly [TargetCondition, ...TargetCondition[]] | undefined
  /** For messages. */
  readonly form: string
  /** The objects of the API that are looked at; none for what is probed or read from a file. */
  readonly resources: readonly Resource[]
}

interface ObjectKindRow extends TargetKindRow {
  /** The first one is meant by the kind's own name, the others with their suffix. */
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
    // A Service says where its pods are in its EndpointSlices, which have names of their own choosing.
    resources: [objects('', 'services'), SLICES],
    demands: ['some'],
  },
} as const satisfies Readonly<Record<string, ObjectKindRow>>

export type ObjectKind = keyof typeof OBJECTS

export const OBJECT_KINDS = Object.keys(OBJECTS) as readonly ObjectKind[]

/** A container of the same pod that podorder does not wrap. The controller tells of its readiness alone. */
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

/** What a word of a target may ask of objects of that kind; the first one is asked by the kind's own name. */
export function demandsOf(kind: ObjectKind): readonly [Demand, ...Demand[]] {
  return OBJECTS[kind].demands
}

/** The object itself first. */
export function resourcesOf(kind: ObjectKind): readonly [Resource, ...Resource[]] {
  return OBJECTS[kind].resources
}
