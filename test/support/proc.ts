/** What the kernel says about a process. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Stat {
  readonly state: string
  readonly parent: number
  readonly group: number
  readonly session: number
  /** The foreground process group of its terminal; -1 without a terminal. */
  readonly foreground: number
}

/** proc_pid_stat(5), from its text; the name in parentheses may hold anything. */
export function parseStat(text: string): Stat {
  const [state = '', parent, group, session, , foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    foreground: Number(foreground),
  }
}

/** @returns undefined when there is no such process. */
export function readStat(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

export function isRunning(pid: number): boolean {
  const stat = readStat(pid)
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X'
}

/** Children of every thread of it, zombies included. */
export function readChildren(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

/** How many inotify watches it has. */
export function countWatches(pid: number): number {
  const descriptors = readdirSync(`/proc/${pid}/fdinfo`).flatMap((descriptor) => {
    try {
      return readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').split('\n')
    } catch {
      return []
    }
  })
  return descriptors.filter((line) => line.startsWith('inotify wd:')).length
}

/** Every process whose working directory is in `dir`. */
export function findProcessesIn(dir: string): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const cwd = /^\d+$/.test(name) ? readlinkSync(`/proc/${name}/cwd`) : ''
      return cwd === dir || cwd.startsWith(`${dir}/`) ? [Number(name)] : []
    } catch {
      return []
    }
  })
}
