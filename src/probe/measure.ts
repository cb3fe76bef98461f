/** Measures readiness from the spawn on: probe, record the result, wait until the next probe is due. */
import type { Probe, ProbeResult } from './probe.ts'
import { beginReadiness, choosePace, type ReadinessChange, recordResult, type Role } from './readiness.ts'
import { startTimer } from '../base/timer.ts'

interface Ports {
  readonly prober: { probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult> }
  /** Monotonic, ms. */
  readonly clock: () => number
}

/** `not-ready`: not ready yet, or not ready again. `warning`: a doubtful success. */
export interface ReadinessNews {
  readonly change: ReadinessChange | 'not-ready' | 'warning'
  readonly why: string
}

/** The time until the first report why a container is not ready, and between later ones. */
const FIRST_REASON_MS = 5000
const NEXT_REASON_MS = 30_000

/**
 * Must be called when the command has been spawned. Probing waits for `begin`; delays count from the spawn.
 * @param everyMs the interval of probes until the container is ready; undefined: a growing interval
 * @param tell gets every change with its reason, and from time to time why the container is not ready
 */
export function measureReadiness(
  probe: Probe,
  role: Role,
  everyMs: number | undefined,
  ports: Ports,
  tell: (news: ReadinessNews) => void,
): { begin(): void; close(): void } {
  const spawnedAt = ports.clock()
  const over = new AbortController()
  let wake: NodeJS.Timeout | undefined
  let reminder: NodeJS.Timeout | undefined
  let last = 'its initialDelaySeconds are not over'
  return {
    begin() {
      remindAfter(FIRST_REASON_MS)
      void follow()
    },
    close() {
      over.abort()
      clearTimeout(wake)
      clearTimeout(reminder)
    },
  }

  async function follow(): Promise<void> {
    let state = beginReadiness(probe.timing, role, choosePace(probe.check, everyMs), spawnedAt, ports.clock())
    let warned: string | undefined
    while (state.due !== undefined) {
      await until(state.due)
      const result = await ports.prober.probe(probe, over.signal)
      if (over.signal.aborted) return
      last = result.ok ? `its probe has succeeded, but not ${probe.timing.successThreshold} times` : result.why
      const { state: next, change } = recordResult(state, result.ok, ports.clock())
      state = next
      if (change !== undefined) announce(change)
      if (result.ok && result.warning !== undefined && result.warning !== warned) {
        warned = result.warning
        tell({ change: 'warning', why: warned })
      }
    }
  }

  function announce(change: ReadinessChange): void {
    clearTimeout(reminder)
    if (change === 'unready') remindAfter(NEXT_REASON_MS)
    tell({ change, why: change === 'ready' ? 'the probe succeeds' : last })
  }

  function remindAfter(ms: number): void {
    reminder = startTimer(() => {
      tell({ change: 'not-ready', why: last })
      remindAfter(NEXT_REASON_MS)
    }, ms)
  }

  function until(due: number): Promise<void> {
    return new Promise((resolve) => {
      wake = startTimer(resolve, due - ports.clock())
    })
  }
}
