/**
 * inotify through the C library, in the executable. It watches only the directories of the awaited files, or their nearest
 * existing parents, and reacts only to names that matter. Other events there, even thousands per second, cost very little. The
 * kernel sends a signal when there are events to read (F_SETSIG of fcntl(2)), so no thread waits for them.
 */
import type * as BunFfi from 'bun:ffi'
import { nameErrno } from '../base/errno.ts'
import { nameOf, parentOf } from './layout.ts'

/** No other code of the process uses this signal, its default action is to be ignored, and it is not forwarded to the command. */
const WAKE = 'SIGURG'
const WAKE_NUMBER = 23

const IN_ATTRIB = 0x4
const IN_MODIFY = 0x2
const IN_MOVED = 0xc0
const IN_CREATE = 0x100
const IN_DELETE = 0x200
const IN_DELETE_SELF = 0x400
const IN_MOVE_SELF = 0x800
const IN_IGNORED = 0x8000
const IN_ONLYDIR = 0x0100_0000
const MASK = IN_MODIFY | IN_ATTRIB | IN_MOVED | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
const GONE = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED
const IN_NONBLOCK = 0o4000
const IN_CLOEXEC = 0o2000000
const F_SETFL = 4
const F_SETOWN = 8
const F_SETSIG = 10
const O_ASYNC = 0o20000
/** Size of struct inotify_event without its name. */
const SIZE_EVENT = 16

/** This many wake-ups in this many ms are a storm. During a storm, events are read at fixed intervals. */
const STORM = 16
const STORM_MS = 20

const CALLS = {
  inotify_init1: { args: ['i32'], returns: 'i32' },
  inotify_add_watch: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  read: { args: ['i32', 'ptr', 'usize'], returns: 'i64_fast' },
  close: { args: ['i32'], returns: 'i32' },
  __errno_location: { args: [], returns: 'ptr' },
} as const

export interface KernelWatch {
  /** Watches files and directories that have come since. Used by the periodic looks. */
  renew(): void
  close(): void
}

/**
 * @param paths awaited files
 * @param others names next to an awaited file that may change its state
 * @param wake gets the directory, or nothing when more may have changed
 * @returns undefined where the library is missing; another kind of watch is then needed
 * @throws the system's error, for example when no inotify instance or watch is left
 */
export async function watchByKernel(
  paths: readonly string[],
  others: ReadonlySet<string>,
  wake: (directory?: string) => void,
): Promise<KernelWatch | undefined> {
  const c = await openCalls()
  if (c === undefined) return undefined
  const fail = (call: string): never => {
    const code = nameErrno(c.errno())
    throw Object.assign(new Error(`${call}: ${code}`), { code })
  }
  const instance = c.inotify_init1(IN_NONBLOCK | IN_CLOEXEC)
  if (instance < 0) fail('inotify_init1')

  const events = Buffer.alloc(16_384)
  const awaited = new Set(paths)
  const directories = new Set(paths.map(parentOf))
  /** The names in a directory that lead to watched files. */
  const leading = new Set<string>()
  for (const directory of directories) {
    for (let path = directory; path !== parentOf(path); path = parentOf(path)) leading.add(path)
  }
  const looks = new Set([...[...awaited, ...leading].map(nameOf), ...others].map(lookOfText))
  /** Two paths of one directory share a watch. */
  const byWatch = new Map<number, Set<string>>()
  const watched = new Set<string>()
  let closed = false
  let recent: number[] = []
  let storm: NodeJS.Timeout | undefined

  /** @returns whether the directory exists */
  const add = (directory: string): boolean => {
    if (watched.has(directory)) return true
    const watch = c.inotify_add_watch(instance, Buffer.from(`${directory}\0`), MASK)
    if (watch < 0) {
      const code = nameErrno(c.errno())
      return ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG'].includes(code) ? false : fail('inotify_add_watch')
    }
    byWatch.set(watch, (byWatch.get(watch) ?? new Set()).add(directory))
    watched.add(directory)
    return true
  }
  /**
   * Watches a directory, or its nearest existing parent. A change between the look and the watch is found in the next round; the
   * last round finds nothing new.
   */
  const reach = (directory: string): void => {
    for (let before = -1; before !== watched.size;) {
      before = watched.size
      let path = directory
      while (!add(path) && path !== parentOf(path)) path = parentOf(path)
    }
  }
  const renew = (): void => {
    if (!closed) for (const directory of directories) if (!watched.has(directory)) reach(directory)
  }

  /** @returns the number of events */
  const readEvents = (): number => {
    const changed = new Set<string>()
    let anything = false
    let count = 0
    for (;;) {
      const length = c.read(instance, events, events.length)
      if (length <= 0) break
      for (let at = 0; at < length; at += SIZE_EVENT + events.readUInt32LE(at + 12)) {
        count++
        const watch = events.readInt32LE(at)
        // -1: events were lost (IN_Q_OVERFLOW), so anything may have changed.
        anything ||= watch === -1
        const gone = (events.readUInt32LE(at + 4) & GONE) !== 0
        const start = at + SIZE_EVENT
        const end = endOfName(events, start)
        // Skips other names early, without decoding them to text.
        if (!gone && !looks.has(lookOf(events, start, end))) continue
        const name = events.toString('utf8', start, end)
        for (const directory of byWatch.get(watch) ?? []) {
          const path = `${directory === '/' ? '' : directory}/${name}`
          if (gone) watched.delete(directory)
          else if (leading.has(path)) anything = true
          else if (awaited.has(path) || (directories.has(directory) && others.has(name))) changed.add(directory)
        }
        if (gone) {
          anything ||= byWatch.has(watch)
          byWatch.delete(watch)
        }
      }
    }
    if (anything) {
      renew()
      if (!closed) wake()
    } else for (const directory of changed) if (!closed) wake(directory)
    return count
  }
  const listen = (): void => void c.fcntl(instance, F_SETFL, IN_NONBLOCK | O_ASYNC)
  const weather = (): void => {
    listen()
    storm = undefined
    if (readEvents() > STORM && !closed) begin()
  }
  /** Turns signals off for a time; the events of that time are read at once. */
  const begin = (): void => {
    c.fcntl(instance, F_SETFL, IN_NONBLOCK)
    recent = []
    storm = setTimeout(weather, STORM_MS)
  }
  const onSignal = (): void => {
    if (closed || storm !== undefined) return
    readEvents()
    const now = performance.now()
    recent = recent.filter((at) => now - at < STORM_MS)
    recent.push(now)
    if (recent.length > STORM && !closed) begin()
  }
  const close = (): void => {
    if (closed) return
    closed = true
    clearTimeout(storm)
    process.removeListener(WAKE, onSignal)
    c.close(instance)
  }
  // Set before the first watch, so that no event lacks a signal.
  process.on(WAKE, onSignal)
  c.fcntl(instance, F_SETSIG, WAKE_NUMBER)
  c.fcntl(instance, F_SETOWN, process.pid)
  listen()
  try {
    renew()
  } catch (error) {
    close()
    throw error
  }
  return { renew, close }
}

/** Names are padded with NUL. */
function endOfName(events: Buffer, start: number): number {
  const end = start + events.readUInt32LE(start - 4)
  const nul = events.indexOf(0, start)
  return nul === -1 || nul > end ? end : nul
}

/** A cheap key that differs for most names: length, first and last byte. */
function lookOf(bytes: Uint8Array, start: number, end: number): number {
  return (end - start) * 65_536 + (bytes[start] ?? 0) * 256 + (bytes[end - 1] ?? 0)
}

function lookOfText(name: string): number {
  const bytes = Buffer.from(name)
  return lookOf(bytes, 0, bytes.length)
}

type Calls = BunFfi.Functions<typeof CALLS> & { readonly errno: () => number }

async function openCalls(): Promise<Calls | undefined> {
  if (process.versions['bun'] === undefined) return undefined
  const { dlopen, read } = await import('bun:ffi')
  try {
    const calls = dlopen('libc.so.6', CALLS).symbols
    const location = calls.__errno_location()
    return { ...calls, errno: () => read.i32(location, 0) }
  } catch {
    return undefined
  }
}
