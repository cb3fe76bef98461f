/** What the kernel says about a process. */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs'

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

/** Whether it has a handler for a signal. */
export function isCaught(pid: number, signal: number): boolean {
  const mask = /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n
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

/** How many inotify instances it has open. */
export function countInstances(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((descriptor) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`) === 'anon_inode:inotify'
    } catch {
      return false
    }
  }).length
}

/** How many sockets it has, but for its standard streams. */
export function countSockets(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((descriptor) => {
    return Number(descriptor) > 2 && readlinkSync(`/proc/${pid}/fd/${descriptor}`).startsWith('socket:')
  }).length
}

/** The names of the variables of its environment that something on its stack, where `environ` is, points to. */
export function listVisibleVariables(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // env_start of proc_pid_stat(5).
  let address = BigInt(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[47] ?? '')
  const pointers = new Set(readStack(pid))
  return readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .flatMap((variable) => {
      const isVisible = pointers.has(address)
      address += BigInt(Buffer.byteLength(variable) + 1)
      return isVisible && variable !== '' ? [variable.slice(0, variable.indexOf('='))] : []
    })
}

function readStack(pid: number): BigUint64Array {
  const map = readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .find((line) => line.endsWith('[stack]'))
  const [from = 0, to = 0] = (map?.split(' ')[0]?.split('-') ?? []).map((text) => parseInt(text, 16))
  // The kernel puts it at the top, and 64 KiB hold any test's.
  const memory = new BigUint64Array(8192)
  const file = openSync(`/proc/${pid}/mem`, 'r')
  readSync(file, memory, 0, Math.min(memory.byteLength, to - from), Math.max(from, to - memory.byteLength))
  closeSync(file)
  return memory
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
