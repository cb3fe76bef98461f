/** Measuring readiness from the spawn on: probe, take the result in, wait until the next one is due. */
import type { Probe, ProbeResult } from './probe.ts'
import { beginReadiness, type ReadinessChange, recordResult, type Role } from './readiness.ts'

interface Ports {
  readonly prober: { probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult> }
  /** Monotonic, ms. */
  readonly clock: () => number
}

/**
 * Called when the command has been spawned; probing waits for `begin`, its delays count from the spawn.
 * @param tell gets every change with its reason, and the warnings of successes that may not be ones.
 */
export function measureReadiness(
  probe: Probe,
  role: Role,
  ports: Ports,
  tell: (news: { readonly change: ReadinessChange | 'warning'; readonly why: string }) => void,
): { begin(): void; close(): void } {
  const spawnedAt = ports.clock()
  const over = new AbortController()
  let wake: NodeJS.Timeout | undefined
  return {
    begin: () => void follow(),
    close() {
      over.abort()
      clearTimeout(wake)
    },
  }

  async function follow(): Promise<void> {
    let state = beginReadiness(probe.timing, role, spawnedAt, ports.clock())
    let warned: string | undefined
    while (state.due !== undefined) {
      await until(state.due)
      const result = await ports.prober.probe(probe, over.signal)
      if (over.signal.aborted) return
      const { state: next, change } = recordResult(state, result.ok, ports.clock())
      state = next
      if (change !== undefined) tell({ change, why: result.ok ? 'the probe succeeds' : result.why })
      if (result.ok && result.warning !== undefined && result.warning !== warned) {
        warned = result.warning
        tell({ change: 'warning', why: warned })
      }
    }
  }

  function until(due: number): Promise<void> {
    return new Promise((resolve) => {
      wake = setTimeout(resolve, Math.max(0, due - ports.clock()))
    })
  }
}
