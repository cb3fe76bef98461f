/** Sends the queued writes to the API while this replica may write. */
import type { Kube } from '../kube/kube.io.ts'
import type { ControllerMetrics } from './controller-metrics.ts'
import { requestOf } from './requests.ts'
import type { ControlledPod } from './controlled-pod.ts'
import { createWorkQueue, type QueuedWrite, type WorkQueue, type WorkQueueOptions } from './work-queue.ts'
import type { KubeFailure } from '../kube/failure.ts'
import { textOf } from '../pod/api-object.ts'
import type { ControllerPorts } from './ports.ts'
import { startTimer } from '../base/timer.ts'

export interface Writer {
  /** Ignored while writing is off. */
  see(key: string, pod: ControlledPod): void
  forget(key: string): void
  begin(pods: Iterable<readonly [key: string, pod: ControlledPod]>): void
  /** Stops at once and aborts requests in flight. */
  end(): void
}

export interface WriterOptions extends WorkQueueOptions {
  /** Asked before each write: a suspended process learns late that it has lost the lead. */
  readonly mayWrite: () => boolean
  readonly onFailure: (failure: KubeFailure, pod: ControlledPod) => void
}

/** Requests at once, each on its own connection; the API server serves about this many for one client. */
const AT_ONCE = 32

export function createWriter(
  kube: Kube,
  metrics: ControllerMetrics,
  options: WriterOptions,
  ports: Pick<ControllerPorts, 'clock' | 'now' | 'chance'>,
): Writer {
  let work: { readonly queue: WorkQueue; readonly over: AbortController; inFlight: number } | undefined
  let timer: NodeJS.Timeout | undefined

  /** @returns the current work if another write may start */
  const findWork = (): typeof work =>
    work !== undefined && work.inFlight < AT_ONCE && options.mayWrite() ? work : undefined
  const pump = (): void => {
    clearTimeout(timer)
    for (let own = findWork(); own !== undefined; own = findWork()) {
      const nowMs = ports.clock()
      const queued = own.queue.take(nowMs)
      if (queued !== undefined) {
        void write(queued, own)
        continue
      }
      const nextMs = own.queue.nextMs(nowMs)
      if (nextMs !== undefined) timer = startTimer(pump, nextMs - nowMs)
      return
    }
  }

  async function write(queued: QueuedWrite, own: NonNullable<typeof work>): Promise<void> {
    own.inFlight++
    const { pod, write: what } = queued
    const request = requestOf(pod, what, `${ports.now().toISOString().slice(0, 19)}Z`)
    const answer = await kube.call({ ...request, signal: own.over.signal, retries: 0 })
    if (work !== own) return
    own.inFlight--
    const nowMs = ports.clock()
    if (answer.ok) {
      metrics.countWrite(what.kind)
      own.queue.succeed(queued, textOf(answer.value, 'metadata', 'resourceVersion'), nowMs)
    } else if (what.kind === 'event' && answer.failure.kind === 'conflict') {
      own.queue.succeed(queued, '', nowMs)
    } else {
      const { failure } = answer
      metrics.countFailure(failure.kind)
      // The pod is gone or another pod has its name: the watch will report that. A refused write would be refused again.
      if (what.kind !== 'event' && (failure.kind === 'missing' || failure.kind === 'invalid'))
        own.queue.forget(queued.key)
      else own.queue.fail(queued, nowMs, ports.chance(), failure.retryAfterMs)
      if (failure.kind !== 'missing') options.onFailure(failure, pod)
    }
    pump()
  }

  return {
    see(key, pod) {
      work?.queue.see(key, pod, ports.clock())
      pump()
    },
    forget: (key) => work?.queue.forget(key),
    begin(pods) {
      const queue = createWorkQueue(options, ports.clock())
      for (const [key, pod] of pods) queue.see(key, pod, ports.clock())
      work = { queue, over: new AbortController(), inFlight: 0 }
      pump()
    },
    end() {
      clearTimeout(timer)
      work?.over.abort()
      work = undefined
    },
  }
}
