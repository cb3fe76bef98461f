/** From whatever tells of a pod's containers to their history. What it is, is seen from what is in it. */
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
  /** As of when, ms since 1970. Undefined: what comes from stdin, or lies in a pod that runs, is told as of now, a file as of its last word. */
  readonly nowMs?: number | undefined
  /** Gets the history as far as it is known, whenever more of it has come. */
  readonly watch?: (history: () => History | ReadProblem) => void
}

/**
 * @param path a file, a run directory, or `-` for stdin
 * @returns the history, or in one sentence what is wrong
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
