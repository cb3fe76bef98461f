/** Parses /proc/PID/stat, and selects the processes that the runner must end. Pure. */

export interface Stat {
  readonly state: string
  readonly parent: number
  readonly session: number
}

/** Reads the fields of proc_pid_stat(5), counted from the last parenthesis: the name in parentheses may hold any character. */
export function readStat(text: string): Stat {
  const [state = '', parent, , session] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state, parent: Number(parent), session: Number(session) }
}

/**
 * Finds the descendants of `self`, and the members of sessions whose leader has ended. The descendants are complete only if `self` is
 * their subreaper. A leader that still runs is another process to which the kernel gave the same ID.
 */
export function findLeftovers(
  stats: ReadonlyMap<number, Stat>,
  self: number,
  leaders: ReadonlySet<number>,
): readonly number[] {
  const descends = (pid: number): boolean => {
    for (let stat = stats.get(pid); stat !== undefined; stat = stats.get(stat.parent)) {
      if (stat.parent === self) return true
    }
    return false
  }
  return [...stats]
    .filter(([pid, { session }]) => descends(pid) || (leaders.has(session) && !stats.has(session)))
    .map(([pid]) => pid)
}
