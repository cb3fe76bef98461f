/** Makes the OOM killer prefer the command to its wrapper. */
import type { Files } from '../base/files.ts'
import { decodeUtf8 } from '../base/utf8.ts'

/** Files with the cgroup's own limit, as seen from inside a container: v2, then v1. */
const LIMITS = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']

/**
 * The OOM killer scores a process by its resident memory plus `oom_score_adj` permille of the memory that the cgroup may use
 * (mm/oom_kill.c, oom_badness). The command's score is raised by the wrapper's own memory: enough to be killed first in its
 * cgroup, and very little on a whole node. Raising needs no privilege. Where it is refused (a set-uid command), the kernel's own
 * choice stays.
 */
export function offerToOomKiller(pid: number, files: Files): void {
  const readNumber = (path: string): number => Number(decodeUtf8(files.read(path)))
  try {
    const file = `/proc/${pid}/oom_score_adj`
    const limit = readLimit(readNumber)
    const weight = limit === undefined ? 1 : Math.ceil((1000 * process.memoryUsage.rss()) / limit) + 1
    files.write(file, String(Math.min(1000, readNumber(file) + weight)))
  } catch {
    // The file is not writable for us, or the process is gone.
  }
}

/** @returns bytes; undefined when there is no limit. */
function readLimit(readNumber: (path: string) => number): number | undefined {
  for (const path of LIMITS) {
    try {
      const bytes = readNumber(path)
      if (bytes > 0) return bytes
    } catch {
      // This version of the memory controller is not mounted.
    }
  }
  return undefined
}
