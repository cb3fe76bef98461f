/** How an API server's double misbehaves, when it is told to. */
import type { Answer } from './api-answers.ts'

export interface Fault {
  /** Answer with this instead. */
  readonly answer?: Answer
  /** Do not answer before this is kept. */
  readonly hold?: Promise<unknown>
  /** Break the connection instead of answering. */
  readonly hangUp?: boolean
  /** End a watch after so many lines: in good order, by breaking the connection, or in the middle of the next line. */
  readonly endAfter?: number
  readonly how?: 'closed' | 'cut' | 'half'
  /** Send each line of a watch twice. */
  readonly twice?: boolean
  /** Send the lines of a watch in this order: one is held back and sent after the next. */
  readonly swap?: boolean
  /** Write in pieces of so many bytes, whatever they cut through. */
  readonly pieces?: number
  /** An ERROR line at the end of a watch (`endAfter`). */
  readonly error?: object
}

/** What a watch writes; `half` is written without its end. */
export interface Piece {
  readonly lines: readonly string[]
  readonly half: string
  readonly end: Fault['how'] | undefined
}

export interface Mangler {
  /** Before the first line. */
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
