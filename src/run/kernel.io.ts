/** Signals to processes, and the list of processes in /proc. */
import { readdirSync, readFileSync } from 'node:fs'
import { readStat, type Stat } from './process-stat.ts'

/** Sends SIGKILL to a process group. A missing group is no error. */
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

/** Sends a signal to one process. A missing process is no error. */
export function signalQuietly(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal)
  } catch {
    // ESRCH: the process is gone.
  }
}

/** Lists the running processes by ID. Without /proc (not Linux) the list is empty, and only process groups can be killed. */
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

/** Returns undefined when the read fails: a process may end at any moment. */
function readQuietly<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
