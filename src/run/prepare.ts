/** Prepares a loaded pod for the runner: rewrites it as in a cluster, and makes the part of the plan that all runtimes share. */
import { planStops } from '../order/stopping.ts'
import type { Order } from '../order/order.ts'
import { DEFAULT_GRACE_S, type Container, type PodSpec, type PodTemplate, type RestartPolicy } from '../pod/pod.ts'
import { readRestarts } from '../pod/restarts.ts'
import { type Care, PROBE_KINDS, readCare } from '../probe/care.ts'
import { DOWNWARD_VOLUME } from '../pod/own.ts'
import { rewritePod, type RewriteOptions } from '../rewrite/rewrite.ts'
import type { BackOffPace } from './crash-back-off.ts'
import { gatherFacts, type PodFacts } from './fields.ts'
import type { Member, Rules } from './pod-events.ts'
import type { LoadedPod } from './load.ts'
import { noteStart } from './start-notes.ts'
import { isAsking } from './outside-targets.ts'
import type { RunPorts } from './ports.ts'
import type { Runtime } from './runtime.ts'

/** The properties of a container that the runner needs. */
export interface Trait {
  /** Whether it runs through the entrypoint, which reports its state by flags. */
  readonly wrapped: boolean
  /** Whether it is a native sidecar: the containers listed after it start when it has started. */
  readonly native: boolean
  /** Whether a probe measures its readiness. Without a probe it is ready as soon as it has started. */
  readonly measured: boolean
  /** The targets that it waits for, such as `db/ready` and `pod/db`. */
  readonly waits: readonly string[]
  /** The containers whose flags start or stop it. */
  readonly causes: readonly string[]
  /** The containers that start anew with it, and stop before it. */
  readonly anew: readonly string[]
  /** The containers that stop before it when the pod is stopped. */
  readonly stopsAfter: readonly string[]
  /** The probes and hooks that the runner carries out. */
  readonly care: Care
}

export interface PodPlan {
  readonly name: string
  readonly members: readonly Member[]
  readonly rules: Rules
  readonly traits: ReadonlyMap<string, Trait>
  /** The directory on this disk of the wrapped containers' flags. */
  readonly runDir: string
  /** The sidecars that containers wait for as `sidecar/NAME`. */
  readonly sidecars: readonly string[]
  /** The directory on this disk of the downward volume, whose files give the states of the sidecars. */
  readonly downwardDir: string
  readonly runtime: Runtime
  /** A hint to print before the pod starts. */
  readonly note: string | undefined
}

export interface PrepareOptions {
  readonly workspace: string
  readonly backOff: BackOffPace
  /** The name of podorder's own image, for runtimes that use images. */
  readonly image: string
  /** Aborts when the user interrupts the preparation. */
  readonly cancel: AbortSignal
}

export interface RewrittenPod {
  readonly facts: PodFacts
  readonly template: PodTemplate
}

const READINESS_FLAG = '--ready-probe'
const STARTUP_FLAG = '--startup-probe'
const NO_CARE: Care = { probes: {}, hooks: {} }

/** @param kubeconfig for containers that wait for objects of the Kubernetes API */
export function rewriteLoaded(
  { template, order, name }: LoadedPod,
  options: RewriteOptions,
  ports: Pick<RunPorts, 'machine' | 'makeUid'>,
  kubeconfig?: string,
): RewrittenPod {
  const facts = gatherFacts(template, name, ports.makeUid(), ports.machine)
  if (order === undefined) return { facts, template }
  const rewritten = rewritePod(template, order, options)
  const wrapped = new Set(order.containers)
  const asking = new Set(order.outside.filter(isAsking).map(({ container }) => container))
  const quieten = (container: Container): Container => {
    if (!wrapped.has(container.name)) return container
    const access = kubeconfig !== undefined && asking.has(container.name) ? [`--kubeconfig=${kubeconfig}`] : []
    // The runner prints the containers' states itself. With --quiet a wrapper still prints errors.
    return { ...container, args: ['--quiet', ...access, ...(container.args ?? [])] }
  }
  const { spec } = rewritten
  const containers = spec.containers.map(quieten)
  const initContainers = (spec.initContainers ?? []).map(quieten)
  return { facts, template: { ...rewritten, spec: { ...spec, initContainers, containers } } }
}

/** @param spec the spec of the rewritten pod, with only those init containers that run */
export function planPod(
  { template, order }: LoadedPod,
  spec: PodSpec,
  backOff: BackOffPace,
  { workspace, ...made }: Pick<PodPlan, 'name' | 'runDir' | 'runtime'> & { readonly workspace: string },
): PodPlan {
  const { containers } = spec
  const initContainers = spec.initContainers ?? []
  const sidecars = (order?.outside ?? []).flatMap(({ target }) => (target.kind === 'sidecar' ? [target.name] : []))
  return {
    ...made,
    ...{ sidecars, downwardDir: `${workspace}/volumes/${DOWNWARD_VOLUME}` },
    members: listMembers(initContainers, containers, order, template.spec.restartPolicy),
    rules: readRules(template, order, backOff),
    note: noteStart(template, order),
    traits: readTraits(initContainers, containers, order),
  }
}

function readTraits(
  initContainers: readonly Container[],
  apps: readonly Container[],
  order: Order | undefined,
): ReadonlyMap<string, Trait> {
  const main = order?.main ?? []
  const edges = Map.groupBy(order?.edges ?? [], ({ container }) => container)
  const outside = Map.groupBy(order?.outside ?? [], ({ container }) => container)
  const anew = Map.groupBy(
    (order?.edges ?? []).filter(({ restart }) => restart !== undefined),
    ({ target }) => target,
  )
  const ordered = new Set(order?.containers)
  // Only the sequence of the stops is needed, so a grace period of 0 is enough.
  const stops = order === undefined ? undefined : planStops(order, 0)
  const traits = [...initContainers, ...apps].map((container): [string, Trait] => {
    const { name, command = [], args = [] } = container
    const wrapped = ordered.has(name)
    const words = [...command, ...args]
    const flags = new Set(wrapped ? words.slice(0, words.indexOf('--')).map((word) => word.split('=', 1)[0]) : [])
    // The wrapper carries out the readiness probe itself when it has the flag for it.
    const kinds = PROBE_KINDS.filter((kind) => kind !== 'readiness' || !flags.has(READINESS_FLAG))
    const care = isCaredFor(container, initContainers) ? readCare(container, kinds).care : NO_CARE
    const { startup, readiness } = care.probes
    const trait = {
      ...{ wrapped, care, native: initContainers.includes(container) && container.restartPolicy === 'Always' },
      measured: wrapped
        ? flags.has(READINESS_FLAG) || flags.has(STARTUP_FLAG)
        : startup !== undefined || readiness !== undefined,
      waits: [
        ...(edges.get(name) ?? []).map(({ target, condition }) => `${target}/${condition}`),
        ...(outside.get(name) ?? []).map(({ target }) => target.label),
      ],
      anew: (anew.get(name) ?? []).map((edge) => edge.container),
      stopsAfter: stops?.get(name)?.after ?? [],
      causes: [
        ...(edges.get(name) ?? []).map(({ target }) => target),
        ...(wrapped && !order?.sidecars.has(name) ? main : []),
      ],
    }
    return [name, trait]
  })
  return new Map(traits)
}

/** Tells whether a container may have probes and hooks. Init containers other than sidecars may not (pkg/apis/core/validation). */
function isCaredFor(container: Container, initContainers: readonly Container[]): boolean {
  return !initContainers.includes(container) || container.restartPolicy === 'Always'
}

function listMembers(
  initContainers: readonly Container[],
  apps: readonly Container[],
  order: Order | undefined,
  podPolicy: RestartPolicy | undefined,
): readonly Member[] {
  const main = new Set(order?.main)
  return [
    ...initContainers.map((container): Member => {
      const role = container.restartPolicy === 'Always' ? 'sidecar' : 'init'
      return { name: container.name, role, main: false, restarts: readRestarts(container, podPolicy) }
    }),
    ...apps.map((container): Member => {
      const { name } = container
      return {
        name,
        role: 'app',
        main: main.size === 0 || main.has(name),
        restarts: readRestarts(container, podPolicy),
      }
    }),
  ]
}

function readRules({ spec }: PodTemplate, order: Order | undefined, backOff: BackOffPace): Rules {
  return {
    mainGiven: order !== undefined && order.main.length > 0,
    graceMs: (spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000,
    deadlineMs: spec.activeDeadlineSeconds === undefined ? undefined : spec.activeDeadlineSeconds * 1000,
    timeScale: backOff.scale,
    backOff,
  }
}
