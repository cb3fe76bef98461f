/** From a loaded pod to what the runner leads: rewritten as in a cluster, with all that does not depend on what runs it. */
import { gatherFacts, type PodFacts } from '../../core/fields.ts'
import type { Order } from '../../core/order.ts'
import type { Container, PodSpec, PodTemplate } from '../../core/pod.ts'
import { rewritePod, type RewriteOptions } from '../../core/rewrite.ts'
import type { Member, Rules } from '../../core/supervision.ts'
import type { LoadedPod } from './load.ts'
import type { RunPorts } from './ports.ts'
import type { Runtime } from './runtime.ts'

/** What the runner knows of a container. */
export interface Trait {
  /** It runs through the entrypoint, and tells by flags how it is. */
  readonly wrapped: boolean
  /** A probe measures its readiness; else it is ready as soon as it is started. */
  readonly measured: boolean
  /** What it waits for: `db/ready`. */
  readonly waits: readonly string[]
  /** The containers whose flags start or stop it. */
  readonly causes: readonly string[]
}

export interface PodPlan {
  readonly name: string
  readonly members: readonly Member[]
  readonly rules: Rules
  readonly traits: ReadonlyMap<string, Trait>
  /** Where the wrapped containers' flags are, on this disk. */
  readonly runDir: string
  readonly runtime: Runtime
}

export interface PrepareOptions {
  readonly workspace: string
  readonly timeScale: number
  /** podorder's own image, where containers are made from images. */
  readonly image: string
  /** Somebody asks for the end before anything has been started. */
  readonly cancel: AbortSignal
}

export interface RewrittenPod {
  readonly facts: PodFacts
  readonly template: PodTemplate
}

const DEFAULT_GRACE_S = 30
const PROBE_FLAGS: ReadonlySet<string> = new Set(['--ready-probe', '--startup-probe'])

export function rewriteLoaded(
  { template, order, name }: LoadedPod,
  options: RewriteOptions,
  ports: Pick<RunPorts, 'machine' | 'makeUid'>,
): RewrittenPod {
  const facts = gatherFacts(template, name, ports.makeUid(), ports.machine)
  if (order === undefined) return { facts, template }
  const rewritten = rewritePod(template, order, options)
  const wrapped = new Set(order.containers)
  const containers = rewritten.spec.containers.map((container) => {
    // How it is with the containers is the runner's to say; what goes wrong the wrapper still says itself.
    return wrapped.has(container.name) ? { ...container, args: ['--quiet', ...(container.args ?? [])] } : container
  })
  return { facts, template: { ...rewritten, spec: { ...rewritten.spec, containers } } }
}

/** @param spec of the rewritten pod, with those init containers that are run */
export function planPod(
  { template, order }: LoadedPod,
  spec: PodSpec,
  timeScale: number,
  made: Pick<PodPlan, 'name' | 'runDir' | 'runtime'>,
): PodPlan {
  const { initContainers = [], containers } = spec
  return {
    ...made,
    members: listMembers(initContainers, containers, order),
    rules: readRules(template, order, timeScale),
    traits: readTraits([...initContainers, ...containers], order),
  }
}

function readTraits(containers: readonly Container[], order: Order | undefined): ReadonlyMap<string, Trait> {
  const main = order?.main ?? []
  const edges = Map.groupBy(order?.edges ?? [], ({ container }) => container)
  const ordered = new Set(order?.containers)
  return new Map(
    containers.map(({ name, command = [], args = [] }) => {
      const wrapped = ordered.has(name)
      const words = [...command, ...args]
      const trait: Trait = {
        wrapped,
        measured: wrapped && words.slice(0, words.indexOf('--')).some((word) => PROBE_FLAGS.has(word)),
        waits: (edges.get(name) ?? []).map(({ target, condition }) => `${target}/${condition}`),
        causes: [...(edges.get(name) ?? []).map(({ target }) => target), ...(wrapped ? main : [])],
      }
      return [name, trait]
    }),
  )
}

function listMembers(
  initContainers: readonly Container[],
  apps: readonly Container[],
  order: Order | undefined,
): readonly Member[] {
  const main = new Set(order?.main)
  return [
    ...initContainers.map(({ name, restartPolicy }): Member => {
      return { name, role: restartPolicy === 'Always' ? 'sidecar' : 'init', main: false }
    }),
    ...apps.map(({ name }): Member => ({ name, role: 'app', main: main.size === 0 || main.has(name) })),
  ]
}

function readRules({ spec }: PodTemplate, order: Order | undefined, timeScale: number): Rules {
  return {
    restartPolicy: spec.restartPolicy ?? 'Always',
    mainGiven: order !== undefined && order.main.length > 0,
    graceMs: (spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000,
    deadlineMs: spec.activeDeadlineSeconds === undefined ? undefined : spec.activeDeadlineSeconds * 1000,
    timeScale,
  }
}
