/** Finds the meaning of a signal that comes before the command runs, when the image's stop signal is not known. */
import { awaitMeaning, type Pending, type TurnPorts } from './await-turn.ts'
import type { WrapperLife } from './life.ts'
import type { Plan } from './plan.ts'
import { mayMeanStop } from './stop-signal.ts'
import { TOGETHER_MS } from './turn.ts'
import { publishUnsure } from './weighed-signals.ts'

export interface WaitingStop {
  /** Handles a signal from outside that is not a known stop signal. */
  weigh(signal: number): void
  close(): void
}

/**
 * A signal counts as a stop if another container of the order is stopped at the same time. The flag `stopping` tells the other
 * containers, which may be waiting too. It is marked unsure, so that it is not a stop by itself.
 * @param stop is called with the first signal that was a stop
 */
export function createWaitingStop(
  plan: Plan,
  life: WrapperLife,
  ports: TurnPorts,
  stop: (signal: number) => void,
): WaitingStop {
  const peers = [...plan.stopAfter, ...plan.stopBefore]
  let pending: Pending | undefined
  return {
    weigh(signal) {
      if (pending !== undefined || peers.length === 0 || plan.ownDir === undefined || !mayMeanStop(signal, plan)) return
      const uptimeMs = ports.uptimeMs()
      publishUnsure(life, signal, uptimeMs)
      pending = awaitMeaning(peers, { atMs: uptimeMs, patienceMs: TOGETHER_MS }, ports, (isStop) => {
        pending = undefined
        if (isStop) stop(signal)
      })
    },
    close: () => pending?.close(),
  }
}
