/** Reads facts about processes in /proc. */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs'

export interface Stat {
  readonly state: string
  readonly parent: number
  readonly group: number
  readonly session: number
  /** The foreground process group of its terminal; -1 without a terminal. */
  readonly foreground: number
}

/** Parses proc_pid_stat(5). The name in parentheses may hold any character. */
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

/** @returns undefined when the process does not exist */
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

/** Tells whether the process has a handler for a signal. */
export function isCaught(pid: number, signal: number): boolean {
  const mask = /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n
}

/** Lists the children of all threads of the process, including zombies. */
export function readChildren(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

/** Returns the number of inotify watches of the process. */
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

/** Returns the number of open inotify instances of the process. */
export function countInstances(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((descriptor) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`) === 'anon_inode:inotify'
    } catch {
      return false
    }
  }).length
}

/** Returns the number of sockets of the process, without its standard streams. */
export function countSockets(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((descriptor) => {
    return Number(descriptor) > 2 && readlinkSync(`/proc/${pid}/fd/${descriptor}`).startsWith('socket:')
  }).length
}

/** Lists the variables of its environment to which a word on its stack points. `environ` is on the stack. */
export function listVisibleVariables(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // This field is env_start of proc_pid_stat(5).
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
  // The kernel puts the environment at the top of the stack. In tests it fits in 64 KiB.
  const memory = new BigUint64Array(8192)
  const file = openSync(`/proc/${pid}/mem`, 'r')
  readSync(file, memory, 0, Math.min(memory.byteLength, to - from), Math.max(from, to - memory.byteLength))
  closeSync(file)
  return memory
}

/** Lists the processes whose working directory is in `dir`. */
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
