/** What Linux tells of a process, and which processes are ours to end. Pure. */

export interface Stat {
  readonly state: string
  readonly parent: number
  readonly session: number
}

/** proc_pid_stat(5): the name in parentheses may hold anything, so what follows is counted from its end. */
export function readStat(text: string): Stat {
  const [state = '', parent, , session] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state, parent: Number(parent), session: Number(session) }
}

/**
 * Our descendants (all of them where we are their subreaper), and those of sessions whose leader has ended; a leader that
 * still lives has got a number that was used again.
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
