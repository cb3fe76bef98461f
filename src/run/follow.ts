/** Follows the states of wrapped containers by their flags in the run directory. It watches before it looks, to miss nothing. */
import { flagPathOf, ownDirectoryOf } from '../flags/layout.ts'
import { type Flag, type FlagRecord, readRecord } from '../flags/record.ts'
import type { RunPorts } from './ports.ts'

/** The flags of one incarnation. */
export interface SeenFlags {
  readonly started: Partial<FlagRecord> | undefined
  readonly ready: Partial<FlagRecord> | undefined
  /** The record of why it is not ready. */
  readonly unready: Partial<FlagRecord> | undefined
  /** The record of a stop, begun or completed, for a restart together with a dependency. */
  readonly restarting: Partial<FlagRecord> | undefined
  readonly ended: Partial<FlagRecord> | undefined
  /** Whether it has succeeded and its wrapper holds the container. */
  readonly held: boolean
}

/**
 * Reads the flags of a container's current incarnation.
 * @param before the ID of the previous incarnation, whose flags are ignored
 */
export function lookAt(
  runDir: string,
  container: string,
  before: string | undefined,
  { disk }: Pick<RunPorts, 'disk'>,
): SeenFlags {
  const read = (flag: Flag): Partial<FlagRecord> | undefined => {
    const text = disk.readFlag(flagPathOf(runDir, container, flag))
    const record = text === undefined ? undefined : readRecord(text)
    return record?.incarnation === before && before !== undefined ? undefined : record
  }
  // The order of reading is that of publishing: if a wait has seen the first of these flags, this look sees it too.
  const ended = read('completed') ?? read('failed') ?? read('exitCode')
  return {
    started: read('started'),
    ready: read('ready'),
    unready: read('unready'),
    restarting: read('restarting'),
    ended,
    held: ended?.held === true,
  }
}

/** The minimum interval between looks at all containers, in ms. Used when the watch does not tell which container has changed. */
const RELOOK_MS = 1000
const SETTLE_MS = 1

/**
 * Calls `look` for a container whose flags may have changed. The cost of a change does not depend on the number of containers. The
 * call is delayed by `SETTLE_MS`, so that several flags need one look only, and the output before an end is read from the pipe first.
 * @returns once all directories are watched
 */
export async function followFlags(
  runDir: string,
  containers: readonly string[],
  ports: Pick<RunPorts, 'watchDirectories'>,
  look: (container: string) => void,
  warn: (message: string) => void,
): Promise<{ close(): Promise<void> }> {
  if (containers.length === 0) return { close: async () => {} }
  const byDirectory = new Map(containers.map((container) => [ownDirectoryOf(runDir, container), container]))
  const changed = new Set<string>()
  let relook: NodeJS.Timeout | undefined
  const lookAtAll = (): void => {
    relook = undefined
    for (const container of containers) look(container)
  }
  const lookAtChanged = (): void => {
    const due = [...changed]
    changed.clear()
    for (const container of due) look(container)
  }
  const wake = (directory?: string): void => {
    const container = byDirectory.get(directory ?? '')
    if (container === undefined) relook ??= setTimeout(lookAtAll, RELOOK_MS)
    else if (changed.add(container).size === 1) setTimeout(lookAtChanged, SETTLE_MS)
  }
  const watch = await ports.watchDirectories([...byDirectory.keys()], wake, warn)
  return {
    async close() {
      clearTimeout(relook)
      await watch.close()
    },
  }
}
