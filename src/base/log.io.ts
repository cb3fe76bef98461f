/** One line per event on stderr. */
import { escapeControls, escapeJson } from './escape.ts'
import type { Files } from './files.ts'

export interface LogEvent {
  /** One word, such as `started`: docs/reference.md lists them. */
  readonly event: string
  readonly message: string
  readonly [detail: string]: unknown
}

export type Log = (event: LogEvent) => void

/** With `quiet` only errors are written. A closed or full stderr never disturbs the command. */
export function createLog(
  files: Files,
  options: { format: 'text' | 'json'; quiet: boolean; name: string | undefined },
): Log {
  return ({ event, message, ...details }) => {
    if (options.quiet && event !== 'error') return
    const at = new Date().toISOString()
    const line =
      options.format === 'json'
        ? escapeJson(JSON.stringify({ at, event, container: options.name, message, ...details }))
        : `${at} entrypoint${options.name === undefined ? '' : ` ${options.name}`}: ${escapeControls(message)}`
    try {
      files.send(2, `${line}\n`)
    } catch {
      // EPIPE, EAGAIN, ENOSPC: there is nobody to tell.
    }
  }
}
