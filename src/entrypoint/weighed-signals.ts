/** Finds the meaning of a signal that comes while the command runs, when the image's stop signal is not known. */
import { nameSignal } from '../base/signal-names.ts'
import { awaitMeaning, type Pending, type TurnPorts } from './await-turn.ts'
import type { WrapperLife } from './life.ts'
import type { Plan } from './plan.ts'
import { MEANING_MS, TOGETHER_MS } from './turn.ts'

export interface WeighedSignals {
  /** Holds a signal back until it is clear whether the command's dependents are being stopped too. */
  weigh(signal: number): void
  /** Sends the signals that are held back. */
  release(): void
  close(): void
}

interface Command {
  send(signal: number): void
  /** The signal is a stop. @returns false when a stop has begun already */
  stop(signal: number): boolean
}

/** Signals of unknown meaning may be frequent. Waiting containers need to learn of the first ones only. */
const UNSURE_EVERY_MS = TOGETHER_MS / 4

/** Tells the other containers of a signal that is a stop only if others stop too. */
export function publishUnsure(life: WrapperLife, signal: number, uptimeMs: number): void {
  life.publish('stopping', { uptimeMs, signal: nameSignal(signal), unsure: true })
}

export function weighSignals(plan: Plan, life: WrapperLife, command: Command, ports: TurnPorts): WeighedSignals {
  /** The first signal is held back, and later ones wait behind it. */
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
        if (unsureMs === undefined || now - unsureMs >= UNSURE_EVERY_MS) {
          publishUnsure(life, signal, now)
          unsureMs = now
        }
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
