/** The outcomes of a step, and what Tekton's controller and the other steps see of each. Pure. */
import { type MessageEntry, ENTRY_TYPE } from './message.ts'

export type StepOutcome =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: number }
  | { readonly kind: 'timeout'; readonly message: string }
  /** The task was cancelled (the file of the downward API). */
  | { readonly kind: 'cancelled' }
  /** A signal arrived while the step was waiting. The command was never started. */
  | { readonly kind: 'interrupted'; readonly signal: number }
  /** A predecessor failed, or ended without a post file. */
  | { readonly kind: 'skipped'; readonly message: string }
  /** Its `when` is false. */
  | { readonly kind: 'unneeded' }
  /** The command could not be started, or its input is invalid. */
  | { readonly kind: 'unstartable'; readonly message: string }
  /** The user decided so at a breakpoint, or the results of the step cannot be reported. */
  | { readonly kind: 'failed'; readonly message: string }

export interface StepPolicy {
  readonly continueOnError: boolean
  readonly breakpointOnFailure: boolean
}

export interface StepSettlement {
  /** `success`: the post file is written. `failure`: the one with `.err`. `undecided`: the user decides at the breakpoint. */
  readonly flag: 'success' | 'failure' | 'undecided'
  /** The content of the file `exitCode`; undefined: it is not written. */
  readonly exitCodeFile: string | undefined
  /** Entries of the message other than StartedAt. */
  readonly entries: readonly MessageEntry[]
  /** Whether existing results go into the message. Results of the task may come from an earlier step. */
  readonly results: boolean
  /** The exit code of this process. At a breakpoint the user's number replaces it. */
  readonly exitCode: number
}

/** The result of Go's ExitCode() for a process that a signal ended; the low byte, 255, is the exit code of Tekton's entrypoint. */
const SIGNALLED = -1
const CODE_CANCELLED = 9

export function settleStep(outcome: StepOutcome, policy: StepPolicy): StepSettlement {
  const failure = { flag: 'failure', exitCodeFile: undefined, entries: [], results: true, exitCode: 1 } as const
  switch (outcome.kind) {
    case 'exited':
    case 'signalled': {
      const code = outcome.kind === 'exited' ? outcome.code : SIGNALLED
      if (code === 0) return { ...failure, flag: 'success', exitCodeFile: '0', exitCode: 0 }
      if (policy.breakpointOnFailure) return { ...failure, flag: 'undecided' }
      if (!policy.continueOnError) return { ...failure, exitCode: code & 0xff }
      const entries = [internal('ExitCode', String(code))]
      return { ...failure, flag: 'success', exitCodeFile: String(code), entries, exitCode: 0 }
    }
    case 'timeout':
      return { ...failure, entries: [internal('Reason', 'TimeoutExceeded')] }
    case 'cancelled': {
      const entries = [internal('Reason', 'Cancelled')]
      return { ...failure, exitCodeFile: 'killed', entries, exitCode: CODE_CANCELLED }
    }
    case 'interrupted':
      return { ...failure, results: false, exitCode: 128 + outcome.signal }
    case 'skipped':
      return { ...failure, results: false, entries: [internal('Reason', 'Skipped')] }
    case 'unneeded': {
      const entries = [internal('Reason', 'Skipped')]
      return { flag: 'success', exitCodeFile: '0', entries, results: false, exitCode: 0 }
    }
    case 'unstartable':
      return { ...failure, flag: policy.breakpointOnFailure ? 'undecided' : 'failure' }
    case 'failed':
      return failure
  }
}

/** Describes an outcome in a sentence for the log; undefined when the command itself has ended, and has written its own messages. */
export function describeStep(outcome: StepOutcome): string | undefined {
  switch (outcome.kind) {
    case 'exited':
    case 'signalled':
      return undefined
    case 'timeout':
    case 'unstartable':
    case 'failed':
      return outcome.message
    case 'cancelled':
      return 'Step was cancelled'
    case 'interrupted':
      return `Signal ${outcome.signal} while waiting; the command was not started`
    case 'skipped':
      return `Skipping step because a previous step failed: ${outcome.message}`
    case 'unneeded':
      return 'Step was skipped due to when expressions were evaluated to false'
  }
}

function internal(key: string, value: string): MessageEntry {
  return { key, value, type: ENTRY_TYPE.internal }
}
