/** Why a wait is not met yet, in one clause: from what the predecessor's other flags say of it. */
import { flatten } from '../base/wording.ts'
import { parentOf } from './layout.ts'
import type { GatePolicy, Look, Wait } from './judge.ts'
import { type FlagRecord, readRecord } from './record.ts'

/** Reads a flag beside the awaited one; undefined when it is not there. */
export type ReadFlag = (name: string) => Partial<FlagRecord> | undefined

/** A longer text of somebody else is cut. */
const LONGEST = 1024

/** @param read only a run directory has other flags: elsewhere it is not asked */
export function explainWait({ label }: Wait, look: Look, policy: GatePolicy, read: ReadFlag): string {
  if (look.file === 'empty' && policy.content) return 'it is there but empty'
  // The socket lies beside the flags of a run directory, and nowhere else.
  if (look.link === 'none') return 'not started yet'
  // Its wrapper removes the flags of the life before, so this one is of the life that has ended.
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

/** What another container has written is no text of ours. */
function clean(text: unknown): string {
  return typeof text === 'string' ? flatten(text.slice(0, LONGEST)) : ''
}

/**
 * @param path of the awaited flag
 * @param text what is in a file; undefined when it is not there
 */
export function createFlagReader(path: string, text: (path: string) => string | undefined): ReadFlag {
  const directory = parentOf(path)
  return (name) => {
    const content = text(`${directory}/${name}`)
    return content === undefined ? undefined : readRecord(content)
  }
}
