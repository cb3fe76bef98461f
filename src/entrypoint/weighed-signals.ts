/** What a signal means that comes while the command runs, where nobody has looked at the image's stop signal. */
import { nameSignal } from '../base/signal-names.ts'
import { awaitMeaning, type Pending, type TurnPorts } from './await-turn.ts'
import type { WrapperLife } from './life.ts'
import type { Plan } from './plan.ts'
import { MEANING_MS, TOGETHER_MS } from './turn.ts'

export interface WeighedSignals {
  /** A signal is held back until it is clear whether those that need the command stop too. */
  weigh(signal: number): void
  /** Sends what is held back. */
  release(): void
  close(): void
}

interface Command {
  send(signal: number): void
  /** The signal means a stop. @returns false where one has begun already */
  stop(signal: number): boolean
}

/** Signals that may mean anything come in storms; those that wait need to hear of the first. */
const UNSURE_EVERY_MS = TOGETHER_MS / 4

export function weighSignals(plan: Plan, life: WrapperLife, command: Command, ports: TurnPorts): WeighedSignals {
  /** A stop signal holds back what comes behind it. */
  const held: number[] = []
  let unsureMs: number | undefined
  let weighing: Pending | undefined

  const release = (): void => {
    for (const each of held.splice(0)) command.send(each)
  }

  return {
    weigh(signal) {
      const now = ports.uptimeMs()
      if (plan.stopAfter.length === 0) {
        const isNews = unsureMs === undefined || now - unsureMs >= UNSURE_EVERY_MS
        if (isNews) life.publish('stopping', { uptimeMs: now, signal: nameSignal(signal), unsure: true })
        if (isNews) unsureMs = now
        return command.send(signal)
      }
      held.push(signal)
      if (held.length > 1) return
      weighing = awaitMeaning(plan.stopAfter, { atMs: now, patienceMs: MEANING_MS }, ports, (isStop) => {
        const first = held.shift()
        if (first === undefined || (isStop && command.stop(first))) return
        command.send(first)
        release()
      })
    },
    release,
    close: () => weighing?.close(),
  }
}
