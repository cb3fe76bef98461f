/** A clock that all containers of a machine share, independent of changes to the wall clock. */
import type { Files } from './files.ts'
import { decodeUtf8 } from './utf8.ts'

/** @returns ms since the machine booted, in steps of 10; undefined when /proc is not readable */
export function readUptime(files: Pick<Files, 'read'>): number | undefined {
  try {
    const seconds = Number.parseFloat(decodeUtf8(files.read('/proc/uptime')))
    if (Number.isFinite(seconds)) return Math.round(seconds * 1000)
  } catch {
    // No /proc.
  }
  return undefined
}
