/** Pods as a cluster would return them: rewritten by podorder, with statuses as the kubelet writes them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { readNested } from '../../src/manifest/yaml.io.ts'
import { type Explanation, explainPod } from '../../src/explain/explanation.ts'
import { printExplanation } from '../../src/explain/print.ts'
import { textOf } from '../../src/pod/api-object.ts'
import { describeFault } from '../../src/manifest/tree.ts'
import { readPodOrder } from '../../src/order/pod-order.ts'
import { choosePalette } from '../../src/base/palette.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { rewritePod } from '../../src/rewrite/rewrite.ts'
import { layOut } from '../../src/manifest/pod-page.ts'
import { listStreams, readStream } from './recordings.ts'

/** The time at which all pods of these tests are examined. */
export const NOW = '2026-11-21T12:00:00Z'

/** Returns the time this number of seconds before `NOW`. */
export function ago(seconds: number): string {
  return new Date(Date.parse(NOW) - seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** The status of a container without its name, as the kubelet writes it. */
export type Status = Readonly<Record<string, unknown>>

export const creating: Status = { state: { waiting: { reason: 'ContainerCreating' } }, ready: false, started: false }

export const initializing: Status = { state: { waiting: { reason: 'PodInitializing' } }, ready: false, started: false }

/** @param signs values of `ready` and `started` other than those of a container without probes */
export function running(seconds: number, signs: Status = {}): Status {
  return { state: { running: { startedAt: ago(seconds) } }, ready: true, started: true, restartCount: 0, ...signs }
}

export function ended(exitCode: number, secondsAgo: number, lasted = 10, details: Status = {}): Status {
  const reason = exitCode === 0 ? 'Completed' : 'Error'
  const times = { startedAt: ago(secondsAgo + lasted), finishedAt: ago(secondsAgo) }
  return {
    state: { terminated: { exitCode, reason, ...times, ...details } },
    ready: false,
    started: false,
    restartCount: 0,
  }
}

export function waiting(reason: string, message = ''): Status {
  return { state: { waiting: { reason, message } }, ready: false, started: false, restartCount: 0 }
}

/** Returns a status as recorded in pod-crashloopbackoff-3-restarts. */
export function crashing(exitCode: number, restarts: number, details: Status = {}): Status {
  const message = 'back-off 40s restarting failed container=x pod=x_shop(eed44ad1)'
  const last = ended(exitCode, 20, 1, details)['state']
  return { ...waiting('CrashLoopBackOff', message), lastState: last, restartCount: restarts }
}

export interface Parts {
  readonly annotations?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly spec?: Readonly<Record<string, unknown>>
  /** Further fields of the pod's status. */
  readonly status?: Readonly<Record<string, unknown>>
  /** The status of podorder-init; by default it has completed. */
  readonly init?: Status
  /** The statuses of native sidecars and other init containers. */
  readonly inits?: Readonly<Record<string, Status>>
  /** The containers by name, each with fields of its spec, and its status; undefined: the kubelet has not reported one. */
  readonly containers: Readonly<Record<string, readonly [spec: object, status?: Status]>>
}

/** @param parts the parts of the pod; annotations are without `podorder.io/` */
export function makePod(parts: Parts): PodTemplate {
  const { annotations = {}, labels, metadata = {}, spec = {}, containers } = parts
  const list = Object.entries(containers).map(([name, [own]]) => ({ name, image: 'i', command: ['run'], ...own }))
  const named = Object.entries(annotations).map(([name, text]) => [
    name.includes('/') ? name : `podorder.io/${name}`,
    text,
  ])
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name: 'x', namespace: 'shop', creationTimestamp: ago(700) },
      ...(labels === undefined ? {} : { labels }),
      ...{ annotations: Object.fromEntries(named), ...metadata },
    },
    spec: { restartPolicy: 'OnFailure', terminationGracePeriodSeconds: 30, ...spec, containers: list },
  } as PodTemplate
}

export function injectPod(pod: PodTemplate): PodTemplate {
  const { order, faults } = readDocument(pod)
  if (order === undefined) throw new Error(`the test's own pod is wrong: ${faults.join('; ')}`)
  return rewritePod(pod, order, { image: 'podorder:1' })
}

export function giveStatus(
  pod: PodTemplate,
  { init, inits = {}, containers, status }: Omit<Parts, 'annotations'>,
): PodTemplate {
  const name = (statuses: Readonly<Record<string, Status>>) =>
    Object.entries(statuses).map(([of, one]) => ({ name: of, restartCount: 0, lastState: {}, ...one }))
  const told = Object.entries(containers).flatMap(([of, [, one]]) => (one === undefined ? [] : [[of, one] as const]))
  const own = pod.spec.initContainers?.some((container) => container.name === 'podorder-init') === true
  return {
    ...pod,
    spec: { nodeName: 'node', ...pod.spec },
    status: {
      ...{ phase: 'Running', startTime: ago(700) },
      initContainerStatuses: name({ ...(own ? { 'podorder-init': init ?? ended(0, 600, 1) } : {}), ...inits }),
      containerStatuses: name(Object.fromEntries(told)),
      ...status,
    },
  } as PodTemplate
}

/** Explains a rewritten pod with a status. */
export function explainParts(parts: Parts): Explanation {
  return explain(giveStatus(injectPod(makePod(parts)), parts))
}

/** Explains a pod that is not rewritten. */
export function explainPlain(parts: Parts): Explanation {
  return explain(giveStatus(makePod(parts), parts))
}

export function explain(pod: unknown, now: string = NOW): Explanation {
  const { template, order, faults } = readDocument(pod)
  return explainPod(template, order, faults, Date.parse(now))
}

export function print(explanation: Explanation): string {
  return printExplanation(explanation, choosePalette(false))
}

/** Lists the findings, such as `cause redis: keeps failing …`. podorder-init is left out if it is fine. */
export function say({ containers }: Explanation): readonly string[] {
  return containers
    .filter(({ name, rank }) => name !== 'podorder-init' || rank !== 'fine')
    .map(({ rank, name, message }) => `${rank} ${name}: ${message}`)
}

export interface RecordedPod {
  /** The name of the recording with the number of the pod in it, such as `pod-ErrImageNeverPull 2`. */
  readonly name: string
  readonly pod: unknown
}

const KUBELET = fileURLToPath(new URL('../fixtures/explain/kubelet.jsonl.gz', import.meta.url))

/** Reads every recorded pod of a real Kubernetes, in every recorded state. */
export function readRecordedPods(): readonly RecordedPod[] {
  const kubelet = gunzipSync(readFileSync(KUBELET)).toString().trimEnd().split('\n')
  const sessions = Map.groupBy(
    kubelet.map((line) => JSON.parse(line) as { readonly session: string; readonly object: unknown }),
    ({ session }) => session,
  )
  const streams = listStreams().map(
    (name) => [name, readStream(name).map((line) => JSON.parse(line) as { object: unknown })] as const,
  )
  return [...sessions, ...streams].flatMap(([name, lines]) =>
    lines
      .map(({ object }) => object)
      .filter((object) => textOf(object, 'kind') === 'Pod' && textOf(object, 'status', 'phase') !== '')
      .map((pod, index) => ({ name: `${name} ${index}`, pod })),
  )
}

function readDocument(pod: unknown) {
  const page = layOut(pod as PodTemplate)
  if (page === undefined) throw new Error("the test's own pod is none")
  const { order, faults } = readPodOrder(page.tree, readNested)
  return { template: pod as PodTemplate, order, faults: faults.map((fault) => describeFault('pod.json', fault)) }
}
