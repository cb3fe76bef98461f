/** Reads facts about other processes in /proc. A process may end at any moment. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Memory {
  /** Pages without a file, in MiB. Each further process costs this much, however many share the executable. */
  readonly anonymous: number
  /** Anonymous pages and the process's share of shared pages, in MiB. */
  readonly pss: number
  /** The highest resident set so far, in MiB. */
  readonly peak: number
}

export interface Thread {
  readonly id: string
  readonly sleeping: boolean
  /** The CPU time in ns. */
  readonly cpu: number
}

export function readMemory(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return { anonymous: readField(status, 'RssAnon'), pss: readField(rollup, 'Pss'), peak: readField(status, 'VmHWM') }
}

function readField(text: string, name: string): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
  if (kib === undefined) throw new Error(`the kernel does not tell ${name}`)
  return Number(kib) / 1024
}

/** Reads the threads of a process. `/proc/PID/schedstat` has only the main thread, and `utime` counts in steps of 10 ms. */
export function readThreads(pid: number): readonly Thread[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((id) => {
    const stat = tryRead(`/proc/${pid}/task/${id}/stat`)
    const schedstat = tryRead(`/proc/${pid}/task/${id}/schedstat`)
    if (stat === undefined || schedstat === undefined) return []
    // The name before the state is in parentheses, and may contain parentheses and spaces.
    const state = stat.charAt(stat.lastIndexOf(')') + 2)
    return [{ id, sleeping: state === 'S', cpu: Number(schedstat.split(' ', 1)[0]) }]
  })
}

/** @returns the CPU time between two looks, in ns. The time of threads that have ended in between is missing. */
export function cpuSince(before: readonly Thread[], after: readonly Thread[]): number {
  const earlier = new Map(before.map(({ id, cpu }) => [id, cpu]))
  return after.reduce((total, { id, cpu }) => total + cpu - (earlier.get(id) ?? 0), 0)
}

/** Tells whether the process has an inotify watch. */
export function isWatching(pid: number): boolean {
  return tryList(`/proc/${pid}/fdinfo`).some((descriptor) =>
    tryRead(`/proc/${pid}/fdinfo/${descriptor}`)?.includes('inotify wd:'),
  )
}

/** @returns the file that the process runs; undefined when it has ended */
export function readProgram(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return undefined
  }
}

/** Lists the children of a process, their children and so on. */
export function listDescendants(pid: number): readonly number[] {
  return tryList(`/proc/${pid}/task`).flatMap((thread) =>
    (tryRead(`/proc/${pid}/task/${thread}/children`) ?? '')
      .split(' ')
      .filter((text) => text !== '')
      .flatMap((text) => [Number(text), ...listDescendants(Number(text))]),
  )
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function tryList(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
