/** Explains in one clause why a wait is not met yet, from the predecessor's other flags. */
import { flatten } from '../base/wording.ts'
import { parentOf } from './layout.ts'
import type { GatePolicy, Look, Wait } from './judge.ts'
import { type FlagRecord, readRecord } from './record.ts'

/** Reads a flag next to the awaited one; undefined when it does not exist. */
export type ReadFlag = (name: string) => Partial<FlagRecord> | undefined

/** A longer text of another container is cut. */
const LONGEST = 1024

/** @param read is called only for waits in a run directory, which has other flags */
export function explainWait({ label }: Wait, look: Look, policy: GatePolicy, read: ReadFlag): string {
  if (look.file === 'empty' && policy.content) return 'it is there but empty'
  // Only run directories have a socket, next to the flags.
  if (look.link === 'none') return 'not started yet'
  // The wrapper removes the flags of earlier lives, so this flag belongs to the life that has ended.
  const stopped = read('stopped')
  if (stopped !== undefined || look.link === 'lost') return `${wordEnd(stopped)}; the kubelet will restart it`
  return wordLife(label.endsWith('/ready'), read)
}

function wordEnd(stopped: Partial<FlagRecord> | undefined): string {
  if (stopped === undefined) return 'it was killed'
  const { reason, message } = stopped
  const why = clean(message ?? reason ?? '')
  if (reason === 'Completed') return 'it completed'
  return why === '' ? 'it ended' : `it failed: ${why}`
}

function wordLife(readiness: boolean, read: ReadFlag): string {
  if (read('completed') !== undefined) return 'it has completed'
  if (read('started') === undefined) return 'it is waiting itself'
  if (!readiness) return 'it is running'
  const why = clean(read('unready')?.message ?? '')
  return why === '' ? 'it is running, and not ready yet' : `it is running, and not ready: ${why}`
}

/** Text of another container may contain anything. */
function clean(text: unknown): string {
  return typeof text === 'string' ? flatten(text.slice(0, LONGEST)) : ''
}

/**
 * @param path of the awaited flag
 * @param text returns the content of a file; undefined when it does not exist
 */
export function createFlagReader(path: string, text: (path: string) => string | undefined): ReadFlag {
  const directory = parentOf(path)
  return (name) => {
    const content = text(`${directory}/${name}`)
    return content === undefined ? undefined : readRecord(content)
  }
}
