/** Writing to the API what the upkeep of the pods asks for, for as long as it is allowed. */
import type { Kube } from '../../adapters/kube/kube.ts'
import type { Metrics } from '../../core/controller/metrics.ts'
import { requestOf } from '../../core/controller/requests.ts'
import type { Sight } from '../../core/controller/sight.ts'
import { createUpkeep, type Deed, type Upkeep, type UpkeepOptions } from '../../core/controller/upkeep.ts'
import type { KubeFailure } from '../../core/kube/failure.ts'
import { textOf } from '../../core/kube/object.ts'
import type { ControllerPorts } from './ports.ts'

export interface Writer {
  /** Nothing is done while it rests. */
  see(key: string, sight: Sight): void
  forget(key: string): void
  begin(pods: Iterable<readonly [key: string, sight: Sight]>): void
  /** At once: what is on its way is called off. */
  end(): void
}

export interface WriterOptions extends UpkeepOptions {
  /** Asked before each write: a process that was suspended is told too late that it leads no more. */
  readonly mayWrite: () => boolean
  readonly onFailure: (failure: KubeFailure, sight: Sight) => void
}

/** A connection each; the API server has about so many for one client. */
const AT_ONCE = 32

export function createWriter(
  kube: Kube,
  metrics: Metrics,
  options: WriterOptions,
  ports: Pick<ControllerPorts, 'clock' | 'now' | 'chance'>,
): Writer {
  let work: { readonly upkeep: Upkeep; readonly over: AbortController; inFlight: number } | undefined
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

  async function write(deed: Deed, own: NonNullable<typeof work>): Promise<void> {
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
      const upkeep = createUpkeep(options, ports.clock())
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
