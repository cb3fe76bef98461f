/** `podorder controller`: writes into the pods' annotations which of their containers are ready. */
import { CODE_FAILED, CODE_MISUSE } from '../base/exit-code.ts'
import { ENDING_SIGNALS } from '../base/signal.ts'
import { describeError } from '../base/system-error.ts'
import type { Kube } from '../kube/kube.io.ts'
import { createControllerMetrics } from './controller-metrics.ts'
import { ORDERED_LABEL, readOrderedPod } from './ordered-pod.ts'
import { listGrants, type RoleWish } from './controller-role.ts'
import type { ControlledPod } from './controlled-pod.ts'
import { readTektonPod, TEKTON_LABEL } from './tekton-pod.ts'
import { createWaitsReader } from './waits.ts'
import { pathOf } from '../kube/collection.ts'
import { resourcesOf } from '../kube/kinds.ts'
import type { KubeFailure } from '../kube/failure.ts'
import { writeGrants } from '../kube/least-role.ts'
import { subjectOf } from '../kube/subject.ts'
import { holdLease, type Lease } from './lease.ts'
import type { ControllerPorts } from './ports.ts'
import { createWriter } from './writer.ts'

export interface ControllerOptions {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  /** undefined: all namespaces. */
  readonly namespace: string | undefined
  readonly tekton: boolean
  readonly events: boolean
  /** Writes per second, and the burst. */
  readonly qps: number
  readonly burst: number
  /** The port of /healthz, /readyz and /metrics; 0: any free port. */
  readonly port: number
  readonly leaderElect: boolean
  /** undefined: the controller's own namespace. */
  readonly leaseNamespace: string | undefined
  readonly leaseName: string
  /** The identity of this replica. */
  readonly identity: string
}

/** Interval of a full resync, which repeats writes that were lost without an event. */
const RESYNC_MS = 600_000
/** A repeated failure is logged at most once in this time. */
const REPEAT_MS = 60_000

/** @returns the exit code */
export async function runController(options: ControllerOptions, ports: ControllerPorts): Promise<number> {
  const kube = await ports.openKube(options)
  if ('problem' in kube) {
    ports.log({ event: 'error', message: kube.problem })
    return CODE_MISUSE
  }
  const { promise, resolve } = Promise.withResolvers<number>()
  const metrics = createControllerMetrics()
  const pods = new Map<string, ReadonlyMap<string, ControlledPod>>()
  const selections = listSelections(options, ports)
  const complain = createComplaint(kube, options, ports)
  let lease: Lease | undefined

  const isLeading = (): boolean => lease === undefined || lease.isHeld()
  const writer = createWriter(
    kube,
    metrics,
    {
      ...options,
      mayWrite: isLeading,
      onFailure: (failure, { namespace, name }) => complain(`cannot write to pod ${namespace}/${name}`, failure),
    },
    ports,
  )
  const listPods = function* (): Generator<readonly [string, ControlledPod]> {
    for (const [label, items] of pods) for (const [uid, pod] of items) yield [`${label} ${uid}`, pod]
  }
  const lead = (leading: boolean): void => {
    const message = leading ? `${options.identity} leads and writes` : `${options.identity} leads no more`
    ports.log({ event: leading ? 'leading' : 'standby', message })
    if (leading) writer.begin(listPods())
    else writer.end()
  }

  let server: { readonly port: number; close(): void }
  try {
    server = await ports.servePlainly(options.port, (path) => {
      switch (path) {
        case '/healthz':
          return { status: 200, type: 'text/plain', text: 'ok\n' }
        case '/readyz':
          return pods.size === selections.length
            ? { status: 200, type: 'text/plain', text: 'ok\n' }
            : { status: 503, type: 'text/plain', text: 'the pods have not been listed yet\n' }
        case '/metrics': {
          const all = [...listPods()].map(([, pod]) => pod)
          const gated = all.filter(({ gate, over }) => gate !== undefined && !over).length
          const text = metrics.write({ pods: all.length, gated, leading: isLeading() })
          return { status: 200, type: 'text/plain', text }
        }
        default:
          return undefined
      }
    })
  } catch (error) {
    ports.log({ event: 'error', message: `cannot listen on port ${options.port}: ${describeError(error)}` })
    kube.close()
    return CODE_MISUSE
  }

  const followings = selections.map(({ label, keep }) =>
    kube.follow<ControlledPod>(
      { path: pathOf(resourcesOf('pod')[0], options.namespace), labelSelector: label },
      {
        keep,
        onWatch: () => metrics.countWatch(),
        onChanges(items, changes) {
          pods.set(label, items)
          for (const { kind, uid, item } of changes) {
            if (kind === 'put') writer.see(`${label} ${uid}`, item)
            else writer.forget(`${label} ${uid}`)
          }
        },
        onTrouble(failure, final) {
          complain('cannot watch the pods', failure)
          if (final) void end(CODE_FAILED)
        },
      },
    ),
  )
  const resync = setInterval(() => {
    for (const [key, pod] of listPods()) writer.see(key, pod)
  }, RESYNC_MS)
  const namespace = options.namespace === undefined ? 'all namespaces' : `namespace ${options.namespace}`
  ports.log({ event: 'started', message: `watching the pods of ${namespace} at ${kube.server}`, port: server.port })

  let ended = false
  const end = async (code: number): Promise<void> => {
    if (ended) return
    ended = true
    clearInterval(resync)
    for (const following of followings) following.close()
    writer.end()
    await lease?.release()
    server.close()
    kube.close()
    resolve(code)
  }
  ports.signals.listen((signal) => {
    if (!ENDING_SIGNALS.has(signal)) return
    ports.log({ event: 'ended', message: `stopped on signal ${signal}` })
    void end(0)
  })
  if (options.leaderElect) {
    const { identity, leaseName: name } = options
    lease = holdLease(kube, { namespace: options.leaseNamespace ?? kube.namespace, name, identity }, ports, {
      onChange: (held) => !ended && lead(held),
      onFailure: (failure) => complain('cannot hold the Lease', failure),
    })
  } else {
    lead(true)
  }
  return promise
}

interface Selection {
  readonly label: string
  readonly keep: (pod: unknown) => ControlledPod
}

function listSelections({ tekton }: ControllerOptions, { parseYaml }: ControllerPorts): readonly Selection[] {
  const readWaits = createWaitsReader(parseYaml)
  return [
    { label: ORDERED_LABEL, keep: (pod) => readOrderedPod(pod, readWaits) },
    ...(tekton ? [{ label: TEKTON_LABEL, keep: readTektonPod }] : []),
  ]
}

/** Logs failures of the same kind once a minute, for all pods together. The missing permissions are logged once. */
function createComplaint(kube: Kube, options: ControllerOptions, { log, clock }: ControllerPorts) {
  const told = new Map<string, number>()
  let advised = false
  return (what: string, failure: KubeFailure): void => {
    const { kind, message } = failure
    const last = told.get(kind)
    if (last !== undefined && clock() - last < REPEAT_MS) return
    told.set(kind, clock())
    const refused = kind === 'forbidden' || kind === 'unauthorized'
    const role = refused && !advised ? { role: describeRole(kube, options, message) } : {}
    advised ||= refused
    log({ event: refused ? 'error' : 'warning', message: `${what}: ${message}`, ...role })
  }
}

/** @returns a manifest with the least permissions needed, ready to apply */
function describeRole(kube: Kube, options: ControllerOptions, refusal: string): string {
  const { namespace, leaderElect, leaseNamespace, leaseName, events } = options
  const lease = leaderElect ? { namespace: leaseNamespace ?? kube.namespace, name: leaseName } : undefined
  const wish: RoleWish = { namespace, lease, events }
  return writeGrants(listGrants(wish), subjectOf(refusal, kube.namespace))
}
