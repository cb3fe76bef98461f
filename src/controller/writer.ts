/** Writing to the API what the upkeep of the pods asks for, for as long as it is allowed. */
import type { Kube } from '../kube/kube.io.ts'
import type { ControllerMetrics } from './controller-metrics.ts'
import { requestOf } from './requests.ts'
import type { ControlledPod } from './controlled-pod.ts'
import { createWorkQueue, type QueuedWrite, type WorkQueue, type WorkQueueOptions } from './work-queue.ts'
import type { KubeFailure } from '../kube/failure.ts'
import { textOf } from '../pod/api-object.ts'
import type { ControllerPorts } from './ports.ts'

export interface Writer {
  /** Nothing is done while it rests. */
  see(key: string, sight: ControlledPod): void
  forget(key: string): void
  begin(pods: Iterable<readonly [key: string, sight: ControlledPod]>): void
  /** At once: what is on its way is called off. */
  end(): void
}

export interface WriterOptions extends WorkQueueOptions {
  /** Asked before each write: a process that was suspended is told too late that it leads no more. */
  readonly mayWrite: () => boolean
  readonly onFailure: (failure: KubeFailure, sight: ControlledPod) => void
}

/** A connection each; the API server has about so many for one client. */
const AT_ONCE = 32

export function createWriter(
  kube: Kube,
  metrics: ControllerMetrics,
  options: WriterOptions,
  ports: Pick<ControllerPorts, 'clock' | 'now' | 'chance'>,
): Writer {
  let work: { readonly upkeep: WorkQueue; readonly over: AbortController; inFlight: number } | undefined
  let timer: NodeJS.Timeout | undefined

  /** What is open to more writes. */
  const findWork = (): typeof work =>
    work !== undefined && work.inFlight < AT_ONCE && options.mayWrite() ? work : undefined
  const pump = (): void => {
    clearTimeout(timer)
    for (let own = findWork(); own !== undefined; own = findWork()) {
      const nowMs = ports.clock()
      const deed = own.upkeep.take(nowMs)
      if (deed !== undefined) {
        void write(deed, own)
        continue
      }
      const nextMs = own.upkeep.nextMs(nowMs)
      if (nextMs !== undefined) timer = setTimeout(pump, Math.max(0, nextMs - nowMs))
      return
    }
  }

  async function write(deed: QueuedWrite, own: NonNullable<typeof work>): Promise<void> {
    own.inFlight++
    const { sight, write: what } = deed
    const request = requestOf(sight, what, `${ports.now().toISOString().slice(0, 19)}Z`)
    const answer = await kube.call({ ...request, signal: own.over.signal, retries: 0 })
    if (work !== own) return
    own.inFlight--
    const nowMs = ports.clock()
    if (answer.ok) {
      metrics.countWrite(what.kind)
      own.upkeep.succeed(deed, textOf(answer.value, 'metadata', 'resourceVersion'), nowMs)
    } else if (what.kind === 'event' && answer.failure.kind === 'conflict') {
      own.upkeep.succeed(deed, '', nowMs)
    } else {
      const { failure } = answer
      metrics.countFailure(failure.kind)
      // Gone, or another pod of the same name: the watch will tell. What is refused is refused again.
      if (what.kind !== 'event' && (failure.kind === 'missing' || failure.kind === 'invalid'))
        own.upkeep.forget(deed.key)
      else own.upkeep.fail(deed, nowMs, ports.chance(), failure.retryAfterMs)
      if (failure.kind !== 'missing') options.onFailure(failure, sight)
    }
    pump()
  }

  return {
    see(key, sight) {
      work?.upkeep.see(key, sight, ports.clock())
      pump()
    },
    forget: (key) => work?.upkeep.forget(key),
    begin(pods) {
      const upkeep = createWorkQueue(options, ports.clock())
      for (const [key, sight] of pods) upkeep.see(key, sight, ports.clock())
      work = { upkeep, over: new AbortController(), inFlight: 0 }
      pump()
    },
    end() {
      clearTimeout(timer)
      work?.over.abort()
      work = undefined
    },
  }
}
