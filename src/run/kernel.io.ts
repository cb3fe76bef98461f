/** What the kernel does with processes, and tells of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { readStat, type Stat } from './process-stat.ts'

/** SIGKILL to a process group; one that is gone is no error. */
export function killGroup(pid: number): void {
  signalQuietly(-pid, 'SIGKILL')
}

export function hasGroup(pid: number): boolean {
  try {
    return process.kill(-pid, 0)
  } catch {
    return false
  }
}

/** To one process; one that is gone is no error. */
export function signalQuietly(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal)
  } catch {
    // ESRCH: it is gone.
  }
}

/** Those that run; without /proc (not Linux) none is found, and the process groups have to do. */
export function listProcesses(): ReadonlyMap<number, Stat> {
  const stats = new Map<number, Stat>()
  for (const name of readQuietly(() => readdirSync('/proc')) ?? []) {
    const pid = Number(name)
    const text = Number.isInteger(pid) ? readQuietly(() => readFileSync(`/proc/${pid}/stat`, 'latin1')) : undefined
    const stat = text === undefined ? undefined : readStat(text)
    if (stat !== undefined && stat.state !== 'Z') stats.set(pid, stat)
  }
  return stats
}

/** A process may be gone at any moment. */
function readQuietly<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
