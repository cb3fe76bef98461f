/** Every way a wrapper can end, and what each one costs: exit code, reason, and the flags that tell others. Pure. */
import { CODE_BROKEN, CODE_FAILED, CODE_MISUSE, CODE_SIGNAL, CODE_TIMEOUT } from '../base/exit-code.ts'
import { followsEnd, type Restarts } from '../pod/restarts.ts'
import type { Flag } from '../flags/record.ts'
import type { Status } from '../child/child.ts'

/** What a container says that was stopped by `--stop-file`. */
export const WORK_DONE = 'stopped: the pod’s work is done'

/** Our own SIGKILL, to a command that did not end by its stop signal. */
export interface Kill {
  /** Since the command was told to stop. */
  readonly afterMs: number
  /** A clause. */
  readonly message: string
}

interface Killable {
  readonly kill?: Kill | undefined
}

export type Outcome =
  | { readonly kind: 'exited'; readonly code: number }
  | ({ readonly kind: 'signalled'; readonly signal: number } & Killable)
  /** The exit with 0 after somebody outside told it to stop: as when the kubelet kills it over its liveness probe. */
  | { readonly kind: 'halted' }
  /** `--timeout` ran out. */
  | ({ readonly kind: 'timeout'; readonly message: string } & Killable)
  /** Killed by us as the kubelet would have killed it: it did not come up. */
  | ({
      readonly kind: 'unfit'
      readonly reason: UnfitReason
      readonly status: Status
      readonly message: string
    } & Killable)
  /** What it depends on was lost: it starts anew in this life of its container, so this is no end. */
  | { readonly kind: 'yielded'; readonly status: Status; readonly kill: Kill | undefined }
  /** Told to stop by `--stop-file`: the pod's work is done. */
  | ({ readonly kind: 'stopped' } & Killable)
  | { readonly kind: 'unstartable'; readonly code: 126 | 127; readonly message: string }
  /** The gate closed because a predecessor failed. */
  | {
      readonly kind: 'skipped'
      readonly reason: string
      /** The container in which the trouble began, and how it ended; handed on, so that the last of a chain still names the first. */
      readonly origin: string
      readonly cause: string
      readonly message: string
    }
  /** The gate closed because what it waits for (`failed`) was not needed: the predecessor completed. */
  | { readonly kind: 'unneeded'; readonly message: string }
  | { readonly kind: 'wait-timeout'; readonly message: string }
  /** A signal came while waiting; the command was never started. */
  | { readonly kind: 'interrupted'; readonly signal: number }
  /** A wait file that cannot be looked at: what was asked for makes no sense. */
  | { readonly kind: 'misdirected'; readonly message: string }
  /** The wrapper itself could not do its work. */
  | { readonly kind: 'broken'; readonly message: string }

/** The second is the kubelet's own word (pkg/kubelet/kuberuntime, ErrPostStartHook). */
export type UnfitReason = 'StartupProbeFailed' | 'PostStartHookError'

export interface Policy {
  readonly restarts: Restarts
  /** `--on-error continue`: a failing command counts as completed. */
  readonly continueOnError: boolean
}

export interface Settlement {
  readonly exitCode: number
  /** CamelCase, as Kubernetes writes reasons. */
  readonly reason: string
  readonly message: string | undefined
  /** The container the trouble began in and how that one ended; undefined = it began here. */
  readonly origin: string | undefined
  readonly cause: string | undefined
  /** Our own SIGKILL came so long after its stop signal. */
  readonly killedAfterMs: number | undefined
  /** No restart follows: what has not come will never come. */
  readonly final: boolean
  /** The terminal flags to publish, the awaited ones first. */
  readonly publish: readonly Flag[]
  /** These can no longer come, and get `<flag>.err` unless they have been published. */
  readonly refuse: readonly Flag[]
  /** These are no longer true. */
  readonly withdraw: readonly Flag[]
}

/** 128 + SIGTERM: of a command that took our SIGTERM for a reason to exit with 0. */
const CODE_TERMINATED = 143

/**
 * What an outcome means under the container's restartPolicy and rules (behaviour of the kubelet: Never: every end is final; OnFailure:
 * success is final; Always: no end is). `ready` outlives a success (the work it promised is done) but not a failure.
 */
export function settle(outcome: Outcome, policy: Policy): Settlement {
  const { code, completed, ...told } = tellKill(outcome, weigh(outcome, policy))
  // A success that is none was told to end by the kubelet, which starts it again under OnFailure too.
  const final =
    followsEnd(policy.restarts, code) === 'stays' && (completed || code !== 0 || policy.restarts.policy === 'Never')
  const base = { exitCode: code, ...told, final }
  if (completed) {
    return final
      ? {
          ...base,
          publish: ['completed', 'ended', 'exitCode', 'stopped'],
          refuse: ['failed', 'ready', 'started'],
          withdraw: ['live', 'unready', 'restarting'],
        }
      : {
          ...base,
          publish: ['completed', 'ended', 'exitCode', 'stopped'],
          refuse: [],
          withdraw: ['ready', 'started', 'live', 'unready', 'restarting'],
        }
  }
  return final
    ? {
        ...base,
        publish: ['failed', 'ended', 'exitCode', 'stopped'],
        refuse: ['completed', 'ready', 'started'],
        withdraw: ['ready', 'live', 'unready', 'restarting'],
      }
    : {
        ...base,
        publish: ['exitCode', 'stopped'],
        refuse: [],
        withdraw: ['ready', 'started', 'live', 'unready', 'restarting'],
      }
}

/** Whoever reads of the end reads that we have killed it, whatever its exit code means. */
function tellKill(outcome: Outcome, weight: Weight): Weight & { readonly killedAfterMs: number | undefined } {
  const kill = 'kill' in outcome ? outcome.kill : undefined
  if (kill === undefined) return { ...weight, killedAfterMs: undefined }
  const known = outcome.kind === 'signalled' || weight.message === undefined ? [] : [weight.message]
  return { ...weight, message: [...known, kill.message].join('; '), killedAfterMs: kill.afterMs }
}

interface Weight {
  readonly code: number
  readonly reason: string
  readonly message: string | undefined
  readonly origin: string | undefined
  readonly cause: string | undefined
  readonly completed: boolean
}

function weigh(outcome: Outcome, policy: Policy): Weight {
  const here = { message: undefined, origin: undefined, cause: undefined, completed: false }
  switch (outcome.kind) {
    case 'exited':
    case 'signalled': {
      const code = outcome.kind === 'exited' ? outcome.code : 128 + outcome.signal
      if (code === 0) return { ...here, code, reason: 'Completed', completed: true }
      const message = outcome.kind === 'exited' ? `exit code ${code}` : `killed by signal ${outcome.signal}`
      return policy.continueOnError
        ? { ...here, code: 0, reason: 'Completed', message, completed: true }
        : { ...here, code, reason: 'Error', message }
    }
    case 'halted':
      // Under Never nobody starts it again, so that was all of its work.
      return policy.restarts.policy === 'Never'
        ? { ...here, code: 0, reason: 'Completed', completed: true }
        : { ...here, code: 0, reason: 'Cancelled', message: 'told to stop' }
    case 'timeout':
      return { ...here, code: CODE_TIMEOUT, reason: 'TimeoutExceeded', message: outcome.message }
    case 'unfit': {
      const { status, reason, message } = outcome
      const code = 'code' in status ? status.code || CODE_TERMINATED : 128 + status.signal
      return { ...here, code, reason, message }
    }
    case 'yielded': {
      const { status } = outcome
      return { ...here, code: 'code' in status ? status.code : 128 + status.signal, reason: 'Error' }
    }
    case 'stopped':
      return { ...here, code: 0, reason: 'Completed', message: WORK_DONE, completed: true }
    case 'unstartable':
      return { ...here, code: outcome.code, reason: 'StartError', message: outcome.message }
    case 'skipped':
      return {
        ...here,
        code: CODE_FAILED,
        reason: outcome.reason,
        message: outcome.message,
        origin: outcome.origin,
        cause: outcome.cause,
      }
    case 'unneeded':
      return { ...here, code: 0, reason: 'Skipped', message: outcome.message, completed: true }
    case 'wait-timeout':
      return { ...here, code: CODE_TIMEOUT, reason: 'TimeoutExceeded', message: outcome.message }
    case 'interrupted':
      return {
        ...here,
        code: CODE_SIGNAL + outcome.signal,
        reason: 'Cancelled',
        message: `signal ${outcome.signal} while waiting`,
      }
    case 'misdirected':
      return { ...here, code: CODE_MISUSE, reason: 'Error', message: outcome.message }
    case 'broken':
      return { ...here, code: CODE_BROKEN, reason: 'Error', message: outcome.message }
  }
}
