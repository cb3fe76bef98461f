/** Keeping the wrapper from being the OOM killer's victim in its command's place. */
import type { Files } from '../base/files.ts'
import { decodeUtf8 } from '../base/utf8.ts'

/** The cgroup's own limit, as seen from inside a container: v2, then v1. */
const LIMITS = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']

/**
 * The OOM killer chooses by resident memory plus `oom_score_adj` permille of what the cgroup may use (mm/oom_kill.c,
 * oom_badness). So the command gets as much more as the wrapper itself weighs: enough to go first in its own cgroup, and
 * hardly anything on a whole node. Raising needs no privilege; where it is refused (a set-uid command) the kernel's own
 * choice stands.
 */
export function offerToOomKiller(pid: number, files: Files): void {
  const readNumber = (path: string): number => Number(decodeUtf8(files.read(path)))
  try {
    const file = `/proc/${pid}/oom_score_adj`
    const limit = readLimit(readNumber)
    const weight = limit === undefined ? 1 : Math.ceil((1000 * process.memoryUsage.rss()) / limit) + 1
    files.write(file, String(Math.min(1000, readNumber(file) + weight)))
  } catch {
    // Not ours to change, or gone already.
  }
}

/** @returns bytes; undefined when there is no limit. */
function readLimit(readNumber: (path: string) => number): number | undefined {
  for (const path of LIMITS) {
    try {
      const bytes = readNumber(path)
      if (bytes > 0) return bytes
    } catch {
      // No such controller here.
    }
  }
  return undefined
}
