/** Every outcome of a wrapper, with its exit code, its reason, and the flags for other containers. Pure. */
import { CODE_BROKEN, CODE_FAILED, CODE_MISUSE, CODE_SIGNAL, CODE_TIMEOUT } from '../base/exit-code.ts'
import { followsEnd, type Restarts } from '../pod/restarts.ts'
import type { Flag } from '../flags/record.ts'
import type { StartCode, Status } from '../child/child.ts'

/** Message of a container that `--stop-file` has stopped. */
export const WORK_DONE = 'stopped: the pod’s work is done'

/** SIGKILL by the wrapper, for a command that did not end after its stop signal. */
export interface Kill {
  /** Time since the stop signal. */
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
  /** The command exited with 0 after a stop from outside, for example when the kubelet kills it after a failed liveness probe. */
  | { readonly kind: 'halted' }
  /** `--timeout` has expired. */
  | ({ readonly kind: 'timeout'; readonly message: string } & Killable)
  /** The wrapper killed the command because it failed to start, as the kubelet would do. */
  | ({
      readonly kind: 'unfit'
      readonly reason: UnfitReason
      readonly status: Status
      readonly message: string
    } & Killable)
  /** A predecessor was lost. The command is restarted in this life of its container, so this is not an end. */
  | { readonly kind: 'yielded'; readonly status: Status; readonly kill: Kill | undefined }
  /** Stopped by `--stop-file`: the pod's work is done. */
  | ({ readonly kind: 'stopped' } & Killable)
  | { readonly kind: 'unstartable'; readonly code: StartCode; readonly message: string }
  /** The gate closed because a predecessor failed. */
  | {
      readonly kind: 'skipped'
      readonly reason: string
      /** The container in which the failure began. Followers pass it on, so that the last container of a chain still names the first. */
      readonly origin: string
      readonly cause: string
      readonly message: string
    }
  /** The gate closed because the awaited `failed` can no longer come: the predecessor completed. */
  | { readonly kind: 'unneeded'; readonly message: string }
  | { readonly kind: 'wait-timeout'; readonly message: string }
  /** A signal came during the wait; the command was never started. */
  | { readonly kind: 'interrupted'; readonly signal: number }
  /** A wait file that cannot be looked at: the request makes no sense. */
  | { readonly kind: 'misdirected'; readonly message: string }
  /** The wrapper itself failed. */
  | { readonly kind: 'broken'; readonly message: string }

/** PostStartHookError is the kubelet's own word (pkg/kubelet/kuberuntime, ErrPostStartHook). */
export type UnfitReason = 'StartupProbeFailed' | 'PostStartHookError'

export interface Policy {
  readonly restarts: Restarts
  /** `--on-error continue`: a failed command counts as completed. */
  readonly continueOnError: boolean
}

export interface Settlement {
  readonly exitCode: number
  /** CamelCase, as Kubernetes writes reasons. */
  readonly reason: string
  readonly message: string | undefined
  /** The container in which the failure began, and how it ended; undefined = it began here. */
  readonly origin: string | undefined
  readonly cause: string | undefined
  /** Time from the stop signal to the wrapper's SIGKILL. */
  readonly killedAfterMs: number | undefined
  /** No restart follows: flags that have not come will never come. */
  readonly final: boolean
  /** The final flags to publish, those that others wait for first. */
  readonly publish: readonly Flag[]
  /** Flags that can no longer come; they get `<flag>.err` unless they were published. */
  readonly refuse: readonly Flag[]
  /** Flags that are no longer true. */
  readonly withdraw: readonly Flag[]
}

/** 128 + SIGTERM: for a command that exited with 0 after the wrapper's SIGTERM. */
const CODE_TERMINATED = 143

/**
 * The meaning of an outcome under the container's restartPolicy and rules (as in the kubelet: Never: every end is final;
 * OnFailure: success is final; Always: no end is). `ready` stays after a success, because the work is done, but not after a
 * failure.
 */
export function settle(outcome: Outcome, policy: Policy): Settlement {
  const { code, completed, ...told } = tellKill(outcome, weigh(outcome, policy))
  // An exit with 0 that is not a completion: the kubelet stopped the container, and restarts it under OnFailure too.
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

/** Adds the wrapper's kill to the message, whatever the exit code means. */
function tellKill(outcome: Outcome, weight: Weight): Weight & { readonly killedAfterMs: number | undefined } {
  const kill = 'kill' in outcome ? outcome.kill : undefined
  if (kill === undefined) return { ...weight, killedAfterMs: undefined }
  const known = outcome.kind === 'signalled' || weight.message === undefined ? [] : [weight.message]
  return { ...weight, message: [...known, kill.message].join('; '), killedAfterMs: kill.afterMs }
}

/** The exit code that a shell gives. */
export function codeOfStatus(status: Status): number {
  return 'code' in status ? status.code : CODE_SIGNAL + status.signal
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
      const code = codeOfStatus(outcome)
      if (code === 0) return { ...here, code, reason: 'Completed', completed: true }
      const message = outcome.kind === 'exited' ? `exit code ${code}` : `killed by signal ${outcome.signal}`
      return policy.continueOnError
        ? { ...here, code: 0, reason: 'Completed', message, completed: true }
        : { ...here, code, reason: 'Error', message }
    }
    case 'halted':
      // Under Never there is no restart, so the work is done.
      return policy.restarts.policy === 'Never'
        ? { ...here, code: 0, reason: 'Completed', completed: true }
        : { ...here, code: 0, reason: 'Cancelled', message: 'told to stop' }
    case 'timeout':
      return { ...here, code: CODE_TIMEOUT, reason: 'TimeoutExceeded', message: outcome.message }
    case 'unfit': {
      const { status, reason, message } = outcome
      const code = codeOfStatus(status) || CODE_TERMINATED
      return { ...here, code, reason, message }
    }
    case 'yielded':
      return { ...here, code: codeOfStatus(outcome.status), reason: 'Error' }
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
