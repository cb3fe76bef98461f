/** Measuring readiness from the spawn on: probe, take the result in, wait until the next one is due. */
import type { Probe, ProbeResult } from './probe.ts'
import { beginReadiness, choosePace, type ReadinessChange, recordResult, type Role } from './readiness.ts'
import { startTimer } from '../base/timer.ts'

interface Ports {
  readonly prober: { probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult> }
  /** Monotonic, ms. */
  readonly clock: () => number
}

/** `not-ready`: still, or still not again. `warning`: a success that may not be one. */
export interface ReadinessNews {
  readonly change: ReadinessChange | 'not-ready' | 'warning'
  readonly why: string
}

/** How long until a container that is not ready says why; it says so again and again then. */
const FIRST_REASON_MS = 5000
const NEXT_REASON_MS = 30_000

/**
 * Called when the command has been spawned; probing waits for `begin`, its delays count from the spawn.
 * @param everyMs how often it is probed until it is ready; undefined: ever less often
 * @param tell gets every change with its reason, and why it is not ready as long as it is not
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
