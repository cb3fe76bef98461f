/** Every way a step can end, and what Tekton's controller and the other steps are to see of it. Pure. */
import { type MessageEntry, ENTRY_TYPE } from './message.ts'

export type StepOutcome =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: number }
  | { readonly kind: 'timeout'; readonly message: string }
  /** By the downward file. */
  | { readonly kind: 'cancelled' }
  /** A signal came while waiting; the command was never started. */
  | { readonly kind: 'interrupted'; readonly signal: number }
  /** A predecessor failed, or died without a word. */
  | { readonly kind: 'skipped'; readonly message: string }
  /** Its `when` does not hold. */
  | { readonly kind: 'unneeded' }
  /** The command could not be started, or what it was to be started with makes no sense. */
  | { readonly kind: 'unstartable'; readonly message: string }
  /** The user said so at a breakpoint, or what the step has done cannot be told. */
  | { readonly kind: 'failed'; readonly message: string }

export interface StepPolicy {
  readonly continueOnError: boolean
  readonly breakpointOnFailure: boolean
}

export interface StepSettlement {
  /** `success` is the post file itself, `failure` the one with `.err`. `undecided`: the user at the breakpoint writes it. */
  readonly flag: 'success' | 'failure' | 'undecided'
  /** What the file `exitCode` says; undefined: it is not written. */
  readonly exitCodeFile: string | undefined
  /** Entries of the message, besides StartedAt. */
  readonly entries: readonly MessageEntry[]
  /** What is there of results by then goes into the message: those of a task may be an earlier step's. */
  readonly results: boolean
  /** The exit code of this process; at a breakpoint the user's number comes instead. */
  readonly exitCode: number
}

/** Go's ExitCode() of a process that a signal ended, and what os.Exit makes of it. */
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

/** A sentence for the log; undefined where there is nothing to add to what the command has said itself. */
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
