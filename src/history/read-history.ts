/** Reads a history from any supported source. The content tells which kind it is. */
import { describeError } from '../base/system-error.ts'
import { findFlagFolders, readFlagHistory } from './history-flags.ts'
import type { History } from './history.ts'
import type { TimelinePorts } from './ports.ts'
import { createReader } from './reader.ts'

export interface ReadProblem {
  readonly problem: string
}

const FIX = 'give the lines of podorder run --json, a pod as kubectl get pod NAME -o json prints it, or a run directory'

export interface HistoryReading {
  /** The time of the picture, ms since 1970. Undefined: now for stdin and for a pod that is running, the last entry for a file. */
  readonly nowMs?: number | undefined
  /** Gets the current history whenever more data has arrived. */
  readonly watch?: (history: () => History | ReadProblem) => void
}

/**
 * @param path a file, a run directory, or `-` for stdin
 * @returns the history, or one sentence about the fault
 */
export async function readHistory(
  path: string,
  ports: TimelinePorts,
  { nowMs, watch }: HistoryReading = {},
): Promise<History | ReadProblem> {
  const { sources, now } = ports
  const file = path === '-' ? 'stdin' : path
  const say = (problem: string): ReadProblem => ({ problem: `${file}: ${problem}` })
  const reader = createReader(ports, nowMs)
  try {
    const folders = path === '-' ? undefined : await sources.readFolders(path)
    if (folders !== undefined) {
      const flags = findFlagFolders(folders)
      return flags !== undefined
        ? readFlagHistory(flags, { nowMs, clockMs: now() })
        : say(`no flags of containers are in this directory; ${FIX}`)
    }
    const recorded = path !== '-' && (await sources.isFile(path))
    for await (const piece of sources.readPieces(path)) {
      const problem = reader.push(piece)
      if (problem !== undefined) return say(`${problem}; ${FIX}`)
      watch?.(() => reader.history(now()))
    }
    const history = reader.end(recorded ? undefined : now())
    return 'problem' in history ? say(`${history.problem}; ${FIX}`) : history
  } catch (error) {
    if (error instanceof RangeError) return say(`${error.message}; ${FIX}`)
    return say(`${describeError(error)}; ${FIX}`)
  }
}
