/** The log: a line for each event, on stderr. */
import { escapeControls, escapeJson, measureBytes } from './escape.ts'
import type { Files } from './files.ts'

export interface LogEvent {
  /** A word such as `started`; docs/reference.md lists them. */
  readonly event: string
  readonly message: string
  /** Whether the message has several lines. Text from outside in it is already escaped. */
  readonly multiline?: boolean
  readonly [detail: string]: unknown
}

export type Log = (event: LogEvent) => void

/**
 * With `quiet` only errors are written. A stderr that is closed, full or not read never disturbs the command: lines are dropped,
 * and the next line that can be written follows a line with the number of dropped ones.
 */
export function createLog(
  files: Pick<Files, 'send'>,
  options: { format: 'text' | 'json'; quiet: boolean; name: string | undefined },
): Log {
  let dropped = 0
  /** The last line was written in part. */
  let torn = false

  const write = ({ event, message, multiline, ...details }: LogEvent): boolean => {
    const at = new Date().toISOString()
    const line =
      options.format === 'json'
        ? escapeJson(JSON.stringify({ at, event, container: options.name, message, ...details }))
        : `${at} entrypoint${options.name === undefined ? '' : ` ${options.name}`}: ${multiline === true ? message.split('\n').map(escapeControls).join('\n') : escapeControls(message)}`
    const text = `${torn ? '\n' : ''}${line}\n`
    try {
      const length = measureBytes(text)
      const missing = length - files.send(2, text)
      if (missing === 0) torn = false
      else if (missing < length) torn = true
      return missing === 0
    } catch {
      // EPIPE, ENOSPC: the log cannot be written.
      return false
    }
  }
  return (event) => {
    if (options.quiet && event.event !== 'error') return
    if (dropped > 0) {
      const lines = dropped === 1 ? '1 line was' : `${dropped} lines were`
      if (write({ event: 'warning', message: `${lines} dropped: nothing read stderr`, dropped })) dropped = 0
    }
    if (dropped > 0 || !write(event)) dropped++
  }
}
