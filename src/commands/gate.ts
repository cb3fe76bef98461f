/** Waiting until the order allows the start. */
import { formatDuration } from '../core/duration.ts'
import { type Closed, explain, judge, type Sight, type Wait } from '../core/gate.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Plan } from '../core/plan.ts'
import { observe } from './observe.ts'
import type { EntrypointPorts } from './ports.ts'

type Ports = Pick<EntrypointPorts, 'flags' | 'lifelines' | 'watchPaths' | 'log'>

export type Passage = { readonly kind: 'open'; readonly waitedFor: string | undefined } | Outcome

export interface Gate {
  readonly passage: Promise<Passage>
  /** Ends the waiting from outside. */
  end(outcome: Outcome): void
}

const REMIND_MS = 30_000
/** A reminder names so many waits and counts the rest. */
const SPELLED_OUT = 8

/** Opens once every wait file is there in one and the same look; closes as soon as one that is needed cannot come. */
export function passGate(plan: Plan, ports: Ports): Gate {
  const { promise: passage, resolve } = Promise.withResolvers<Passage>()
  const policy = { content: plan.waitContent, restartPolicy: plan.restartPolicy }
  const waived = new Set<Wait>()
  const timers: NodeJS.Timeout[] = []
  let observation: { close(): void } | undefined
  let ended = false
  let latest: readonly Sight[] = []
  let missing: readonly Wait[] = plan.waits

  const end = (how: Passage): void => {
    ended = true
    for (const timer of timers) clearTimeout(timer)
    observation?.close()
    resolve(how)
  }
  const waive = (wait: Wait, message: string): void => {
    waived.add(wait)
    ports.log({ event: 'warning', message: `${message}; going on without it, since it is optional` })
  }
  const decide = (sights: readonly Sight[]): Passage | undefined => {
    latest = sights
    const open: Wait[] = []
    for (const [index, wait] of plan.waits.entries()) {
      if (waived.has(wait)) continue
      const verdict = judge(wait, sights[index] as Sight, policy)
      if (verdict.kind === 'waiting') open.push(wait)
      else if (verdict.kind !== 'met') {
        if (!wait.optional) return outcomeOf(verdict)
        waive(wait, verdict.message)
      }
    }
    if (open.length === 0) return { kind: 'open', waitedFor: missing.at(-1)?.label }
    missing = open
    return undefined
  }
  const remind = (): void => {
    const stillMissing = new Set(missing)
    const reasons = plan.waits.flatMap((wait, index) =>
      stillMissing.has(wait) ? [`${wait.label} (${explain(latest[index] as Sight, policy)})`] : [],
    )
    const more = reasons.length > SPELLED_OUT ? ` and ${reasons.length - SPELLED_OUT} more` : ''
    const message = `waiting for ${reasons.slice(0, SPELLED_OUT).join(', ')}${more}`
    ports.log({ event: 'waiting', message, waitingFor: missing.map(({ label }) => label) })
  }
  const giveUpAfter = (ms: number, only: Wait | undefined): void => {
    const expire = (): void => {
      const late = only === undefined ? missing : missing.filter((wait) => wait === only)
      if (late.length === 0) return
      const message = `gave up waiting for ${late.map(({ label }) => label).join(', ')} after ${formatDuration(ms)}`
      if (only?.optional !== true) return end({ kind: 'wait-timeout', message })
      waive(only, message)
      const how = decide(latest)
      if (how !== undefined) end(how)
    }
    timers.push(setTimeout(expire, ms))
  }

  observation = observe(plan.waits, ports, decide, end)
  if (!ended) {
    remind()
    timers.push(setInterval(remind, REMIND_MS))
    if (plan.waitTimeoutMs !== undefined) giveUpAfter(plan.waitTimeoutMs, undefined)
    for (const wait of plan.waits) if (wait.timeoutMs !== undefined) giveUpAfter(wait.timeoutMs, wait)
  }
  return { passage, end }
}

/** A `failed` that cannot come because its container completed is no failure: the command is simply not needed. */
function outcomeOf({ kind, origin, reason, cause, message }: Closed): Outcome {
  switch (kind) {
    case 'unreachable':
      return { kind: 'misdirected', message }
    case 'died':
      return { kind: 'skipped', reason: 'PredecessorDied', origin, cause, message }
    case 'refused':
      return reason === 'Completed'
        ? { kind: 'unneeded', message }
        : { kind: 'skipped', reason: 'Skipped', origin, cause, message }
  }
}
