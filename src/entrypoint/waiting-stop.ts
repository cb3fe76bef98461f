/** What a signal means that comes while no command runs yet, where nobody has looked at the image's stop signal. */
import { nameSignal } from '../base/signal-names.ts'
import { awaitMeaning, type Pending, type TurnPorts } from './await-turn.ts'
import type { WrapperLife } from './life.ts'
import type { Plan } from './plan.ts'
import { mayMeanStop } from './stop-signal.ts'
import { TOGETHER_MS } from './turn.ts'

export interface WaitingStop {
  /** A signal from outside that is no known stop signal. */
  weigh(signal: number): void
  close(): void
}

/**
 * Weighs signals: one meant a stop if another container of the order is being stopped at the same time: before this one or after it. The flag
 * `stopping` says so to the others, which may wait as well; it is unsure, so none of them takes it for a stop alone.
 * @param stop is called with the first signal that meant one
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
      life.publish('stopping', { uptimeMs, signal: nameSignal(signal), unsure: true })
      pending = awaitMeaning(peers, { atMs: uptimeMs, patienceMs: TOGETHER_MS }, ports, (isStop) => {
        pending = undefined
        if (isStop) stop(signal)
      })
    },
    close: () => pending?.close(),
  }
}
