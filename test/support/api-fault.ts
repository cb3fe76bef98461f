/** The faults that a test can order from the fake API server. */
import type { Answer } from './api-answers.ts'

export interface Fault {
  /** The response to send instead. */
  readonly answer?: Answer
  /** Delays the response until the promise resolves. */
  readonly hold?: Promise<unknown>
  /** Breaks the connection instead of a response. */
  readonly hangUp?: boolean
  /** Ends a watch after this number of lines. */
  readonly endAfter?: number
  /** How it ends: properly, by a broken connection, or in the middle of the next line. */
  readonly how?: 'closed' | 'cut' | 'half'
  /** Sends each line of a watch twice. */
  readonly twice?: boolean
  /** Swaps lines of a watch: one line is held back and sent after the next. */
  readonly swap?: boolean
  /** Writes in pieces of this number of bytes, which may split characters. */
  readonly pieces?: number
  /** The object of an ERROR line at the end of a watch (`endAfter`). */
  readonly error?: object
}

/** The output of a watch. `half` is written without its end. */
export interface Piece {
  readonly lines: readonly string[]
  readonly half: string
  readonly end: Fault['how'] | undefined
}

export interface Mangler {
  /** Returns the output before the first line. */
  begin(): Piece
  take(line: string): Piece
}

export function createMangler(fault: Fault): Mangler {
  const how = fault.how ?? 'closed'
  const errors = fault.error === undefined ? [] : [JSON.stringify({ type: 'ERROR', object: fault.error })]
  let sent = 0
  let held: string | undefined
  const finish = (lines: readonly string[]): Piece =>
    fault.endAfter !== undefined && sent >= fault.endAfter && how !== 'half'
      ? { lines: [...lines, ...errors], half: '', end: how }
      : { lines, half: '', end: undefined }
  return {
    begin: () => finish([]),
    take(line) {
      if (fault.endAfter !== undefined && sent >= fault.endAfter) {
        return { lines: [], half: line.slice(0, line.length / 2), end: how }
      }
      if (fault.swap === true && held === undefined) {
        held = line
        return { lines: [], half: '', end: undefined }
      }
      const now = held === undefined ? [line] : [line, held]
      held = undefined
      sent += now.length
      return finish(fault.twice === true ? now.flatMap((each) => [each, each]) : now)
    },
  }
}
