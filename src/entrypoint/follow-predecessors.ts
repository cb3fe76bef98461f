/** Follows the predecessors of a running command that it depends on with `restart: true`, until one of them is lost. */
import type { Wait } from '../flags/judge.ts'
import { flagIn, parentOf } from '../flags/layout.ts'
import { judgeLoss, type LossVerdict, type PredecessorView } from '../flags/loss.ts'
import { type Observation, observe } from '../flags/observe.ts'
import type { FlagPorts } from '../flags/ports.ts'
import { type FlagRecord, readRecord } from '../flags/record.ts'
import type { FollowOutside } from './ports.ts'
import { startTimer } from '../base/timer.ts'

/** What is lost, and in which container that began. */
export type Loss = Pick<Extract<LossVerdict, { readonly kind: 'lost' }>, 'why' | 'origin'>

interface Ports extends FlagPorts {
  readonly outside: FollowOutside | undefined
}

/** A failed probe of a server is tolerated for this time. */
const PROBED_AFTER_MS = 2000
const PROBED = /^(?:tcp|https?):\/\//

/**
 * Called when the gate has opened; the waits that are met at that time can be lost.
 * @param without the optional waits that were not met: they cannot be lost
 * @param lost is called once; at once if a predecessor is lost already
 */
export function followPredecessors(
  waits: readonly Wait[],
  without: readonly string[],
  ports: Ports,
  lost: (loss: Loss) => void,
): { close(): void } {
  const { flags } = ports
  const read = (path: string): Partial<FlagRecord> | undefined => {
    const text = flags.read(path)
    return text === undefined ? undefined : readRecord(text)
  }
  const members = waits.flatMap((wait) => {
    if (wait.restart === undefined || without.includes(wait.label)) return []
    const directory = parentOf(wait.path)
    const beside = (flag: 'started' | 'restarting' | 'stopped' | 'completed') => flagIn(directory, flag)
    const view = (condition: PredecessorView['condition']): PredecessorView => ({
      condition,
      started: flags.read(beside('started')),
      restarting: read(beside('restarting')),
      ended: condition.file === 'absent' ? (read(beside('completed')) ?? read(beside('stopped'))) : undefined,
    })
    return [
      {
        wait,
        view,
        started: flags.read(beside('started')),
        paths: [wait.path, beside('started'), beside('restarting')],
      },
    ]
  })
  let observation: Observation | undefined
  const wake = (): void => observation?.look()
  const patience = createPatience(wake)
  const outside = followOutside(ports.outside, without, patience, wake)
  const watched = members.flatMap(({ wait, paths }) => paths.map((path) => ({ ...wait, path })))
  const close = (): void => {
    patience.close()
    outside.close()
    observation?.close()
  }
  observation = observe(
    watched,
    ports,
    (looks) => {
      for (const [index, { wait, view, started }] of members.entries()) {
        const look = looks[3 * index]
        if (look === undefined) continue
        const verdict = judgeLoss(wait, view(look), started)
        if (verdict.kind === 'lost') return verdict
        const isLate = patience.judge(wait.label, verdict.kind === 'unready', wait.restart?.afterMs)
        if (isLate) return { why: `${wait.label} is no longer there`, origin: wait.label }
      }
      return outside.judge()
    },
    (loss) => {
      close()
      lost(loss)
    },
  )
  return { close }
}

/** Tolerates faults for a limited time. */
interface Patience {
  /** @param afterMs undefined: no limit. @returns whether the fault has lasted that long */
  judge(label: string, amiss: boolean, afterMs: number | undefined): boolean
  close(): void
}

/** @param wake requests another look when a time is up */
function createPatience(wake: () => void): Patience {
  const timers = new Map<string, { readonly timer: NodeJS.Timeout; expired: boolean }>()
  return {
    judge(label, amiss, afterMs) {
      const running = timers.get(label)
      if (!amiss || afterMs === undefined) {
        clearTimeout(running?.timer)
        timers.delete(label)
        return false
      }
      if (running !== undefined) return running.expired
      const mark = {
        expired: false,
        timer: startTimer(() => {
          mark.expired = true
          wake()
        }, afterMs),
      }
      timers.set(label, mark)
      return false
    },
    close() {
      for (const { timer } of timers.values()) clearTimeout(timer)
    },
  }
}

function followOutside(
  follow: FollowOutside | undefined,
  without: readonly string[],
  patience: Patience,
  wake: () => void,
): { judge(): Loss | undefined; close(): void } {
  const following = follow?.(wake, ({ label, restart }) => restart !== undefined && !without.includes(label))
  return {
    judge() {
      for (const each of following?.waits ?? []) {
        const { wait } = each
        const { label } = wait
        const holds = each.judge().kind === 'met'
        // The gate has found the wait met. It stays met until its state is known, for example while the API does not answer.
        if (!holds && each.isTold?.() === false) continue
        const afterMs = wait.restart?.afterMs ?? (PROBED.test(label) ? PROBED_AFTER_MS : 0)
        if (holds || afterMs > 0) {
          if (!patience.judge(label, !holds, afterMs)) continue
        }
        return { why: `${label} no longer holds: ${each.explain()}`, origin: label }
      }
      return undefined
    },
    close: () => following?.close(),
  }
}
