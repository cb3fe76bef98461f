/** Runs a command with `restart: true`: follows its predecessors while it runs, stops it in turn, and requests a new start. */
import { formatDuration } from '../base/duration.ts'
import type { Look, Wait } from '../flags/judge.ts'
import { containerOf, flagIn, parentOf } from '../flags/layout.ts'
import { type Observation, observe } from '../flags/observe.ts'
import { type Flag, type FlagRecord, readRecord } from '../flags/record.ts'
import { followPredecessors, type Loss } from './follow-predecessors.ts'
import { beginLiving, choosePause, type Living, stepLiving } from './living.ts'
import { LOG_WORDS } from './log-words.ts'
import { codeOfStatus, type Outcome, settle } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { Keeper, KeptCommand, KeptLife } from './keeper.ts'
import type { EntrypointPorts } from './ports.ts'
import { startTimer } from '../base/timer.ts'

/** A command may notice the loss of a predecessor before the wrapper does, and end because of it. */
const NOTICE_MS = 300

export function createKeeper(
  plan: Plan,
  life: KeptLife,
  ports: Pick<EntrypointPorts, 'flags' | 'lifelines' | 'watchPaths' | 'log' | 'outside' | 'uptimeMs'>,
): Keeper {
  const { log } = ports
  const clock = ports.uptimeMs
  let living: Living = beginLiving()
  const step = (event: Parameters<typeof stepLiving>[1]): void => {
    living = stepLiving(living, event)
  }
  /** Reason of the current restart. */
  let reason = ''
  let origin: string | undefined

  return {
    pauseMs() {
      const leftMs = living.phase === 'pausing' ? Math.max(0, living.dueMs - clock()) : 0
      step({ kind: 'due', atMs: living.dueMs })
      return leftMs
    },
    restarts: () => (living.restarts === 0 ? undefined : living.restarts),
    keep,
  }

  async function keep(running: KeptCommand, without: readonly string[] = []): Promise<Outcome> {
    const known = Promise.withResolvers<void>()
    let loss: Loss | undefined
    let turn: Observation | undefined
    // If the living is over, this is another attempt (`--retries`).
    step({ kind: 'retried' })
    step({ kind: 'opened', atMs: clock() })
    const following = followPredecessors(plan.waits, without, ports, (what) => {
      loss = what
      known.resolve()
      step({ kind: 'lost', atMs: clock() })
      running.retire()
      announce(what)
      turn = awaitDependents(plan, ports, () => {
        step({ kind: 'turn' })
        running.yield()
      })
    })
    const outcome = await running.outcome
    if (loss === undefined && mayFollowFromLoss(outcome) && !running.asked()) {
      tellEnd(outcome)
      await within(NOTICE_MS, known.promise)
    }
    following.close()
    turn?.close()
    const isLost = loss !== undefined && (outcome.kind === 'yielded' || mayFollowFromLoss(outcome))
    const own = running.asked() || !isLost
    step({ kind: 'ended', atMs: clock(), own })
    if (own) {
      life.withdraw('restarting')
      return outcome.kind === 'yielded' ? wordOwn(outcome) : outcome
    }
    life.clear('stopping')
    const exitCode = codeOf(outcome)
    const { flaps, restarts } = living
    life.publish('restarting', { message: reason, reason: 'PredecessorLost', origin, restarts, exitCode })
    const pauseMs = choosePause(flaps)
    const when = pauseMs === 0 ? '' : `, at the earliest in ${formatDuration(pauseMs)}`
    log({ event: 'restarting', message: `${LOG_WORDS.anew}${when}`, restarts, exitCode, pauseMs })
    return { kind: 'yielded', status: { code: exitCode }, kill: undefined }
  }

  /** Called before the command is stopped: from now on no follower may start or take it as ready. */
  function announce({ why, origin: from }: Loss): void {
    reason = why
    origin = from
    life.publish('restarting', { message: why, reason: 'PredecessorLost', origin, restarts: living.restarts + 1 })
    for (const flag of ['ready', 'unready', 'started', 'live'] as const) life.withdraw(flag)
    log({ event: 'stopping', message: `${LOG_WORDS.lost}${why}`, reason: 'PredecessorLost' })
  }

  /** Publishes the end of the command at once, so that dependents that restart with it need not wait for the decision. */
  function tellEnd(outcome: Outcome): void {
    const { exitCode, reason, message = 'it has ended', publish, withdraw } = settle(outcome, plan)
    if (publish.includes('completed') && exitCode === 0 && outcome.kind !== 'exited') return
    life.publish('restarting', { message, reason, exitCode })
    for (const flag of withdraw) if (flag !== 'restarting') life.withdraw(flag)
  }

  /** Whether the loss may have caused this end. A command that exits with 0 may have completed, unless it is restarted always. */
  function mayFollowFromLoss({ kind, ...outcome }: Outcome): boolean {
    if (kind === 'exited') {
      return ('code' in outcome && outcome.code !== 0) || (plan.restarts.policy === 'Always' && !plan.hold)
    }
    return kind === 'signalled' || kind === 'unfit'
  }
}

/** The outcome of a stop that was also requested from outside. */
function wordOwn({ status, kill }: Extract<Outcome, { readonly kind: 'yielded' }>): Outcome {
  return 'code' in status ? { kind: 'exited', code: status.code } : { kind: 'signalled', signal: status.signal, kill }
}

function codeOf(outcome: Outcome): number {
  if (outcome.kind === 'exited' || outcome.kind === 'signalled') return codeOfStatus(outcome)
  if (outcome.kind !== 'yielded' && outcome.kind !== 'unfit') return 0
  return codeOfStatus(outcome.status)
}

function within(ms: number, promise: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = startTimer(resolve, ms)
    void promise.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** A container whose gate has just opened publishes `started` within this time. */
const SPAWN_MS = 100

/** Calls `proceed` when the containers that restart with this one have stopped; at once if they have. */
function awaitDependents(
  { restartWith: dependents, name = '' }: Plan,
  ports: Pick<EntrypointPorts, 'flags' | 'lifelines' | 'watchPaths' | 'log'>,
  proceed: () => void,
): Observation {
  let patient = true
  let observation: Observation | undefined
  const timer = setTimeout(() => {
    patient = false
    observation?.look()
  }, SPAWN_MS)
  // A dependent publishes its stop in one of two flags.
  const watched = dependents.flatMap((wait) => [wait, { ...wait, path: flagIn(parentOf(wait.path), 'restarting') }])
  const isOver = (wait: Wait, { link }: Look): boolean => {
    // No socket: the container was never started. A lost connection: its wrapper was killed.
    if (link === 'none' || link === 'lost') return true
    const read = (flag: Flag): Partial<FlagRecord> | undefined => {
      const text = ports.flags.read(flagIn(parentOf(wait.path), flag))
      return text === undefined ? undefined : readRecord(text)
    }
    const restarting = read('restarting')
    if (restarting !== undefined) return restarting.exitCode !== undefined
    if (read('stopped') !== undefined) return true
    const started = read('started')
    if (started === undefined) return !patient
    // A dependent that started without this container goes on. A dependent that has completed and is held does not stop either.
    if (started.without?.split(',').some((label) => containerOf(label) === name) === true) return true
    const { incarnation, held } = read('completed') ?? {}
    return held === true && incarnation === started.incarnation
  }
  const following = observe(
    watched,
    ports,
    (looks) => (dependents.every((wait, index) => isOver(wait, looks[2 * index] as Look)) ? true : undefined),
    () => {
      clearTimeout(timer)
      proceed()
    },
  )
  observation = following
  return {
    look: () => following.look(),
    close() {
      clearTimeout(timer)
      following.close()
    },
  }
}
