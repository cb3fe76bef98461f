/**
 * Stands in for `node:fs` in what chokidar watches with, in the executable. Bun's own `watch` keeps an inotify instance and a
 * thread that reads it until the process ends; of instances there are 128 for each user of a node. Here the kernel tells by a
 * signal that there is something to read (F_SETSIG of fcntl(2); inotify supports it), no thread is needed, and the instance
 * goes with the last watch.
 */
import { dlopen, read } from 'bun:ffi'
import { watch as watchByThread } from 'node:fs'
import { basename } from 'node:path'

export { realpathSync } from 'node:fs'

type Listener = (event: 'rename' | 'change', name: string | null) => void

/** What chokidar uses of an fs.FSWatcher. */
interface Watcher {
  on(event: string, listener: (error: unknown) => void): unknown
  close(): void
  ref(): unknown
  unref(): unknown
}

interface Watch {
  readonly path: string
  readonly listener: Listener
}

interface Instance {
  readonly descriptor: number
  readonly watches: Map<number, Set<Watch>>
}

/** Nobody else in the process needs it, its default is to do nothing, and it is not forwarded to the command. */
const WAKE = 'SIGURG'
const WAKE_NUMBER = 23

const IN_MODIFY = 0x2
const IN_ATTRIB = 0x4
const IN_IGNORED = 0x8000
/** As libuv has it: ATTRIB, MODIFY, CREATE, DELETE, DELETE_SELF, MOVE_SELF, MOVED_FROM, MOVED_TO. */
const MASK = 0xfc6
const IN_NONBLOCK = 0o4000
const IN_CLOEXEC = 0o2000000
const F_SETFL = 4
const F_SETOWN = 8
const F_SETSIG = 10
const O_ASYNC = 0o20000
/** struct inotify_event without its name. */
const SIZE_EVENT = 16

/** fs.watch's errors that chokidar or its user tells apart. */
const CODES: Readonly<Record<number, string>> = {
  ...{
    2: 'ENOENT',
    12: 'ENOMEM',
    13: 'EACCES',
    20: 'ENOTDIR',
    24: 'EMFILE',
    28: 'ENOSPC',
    36: 'ENAMETOOLONG',
    40: 'ELOOP',
  },
}

const c = openLibrary()
const events = Buffer.alloc(16_384)
let instance: Instance | undefined

export function watch(path: string, options: { persistent: boolean }, listener: Listener): Watcher {
  if (c === undefined) return watchByThread(path, options, listener)
  const { descriptor, watches } = (instance ??= openInstance())
  const mine: Watch = { path, listener }
  const wd = c.inotify_add_watch(descriptor, Buffer.from(`${path}\0`), MASK)
  if (wd < 0) {
    const error = describeLast('inotify_add_watch', path)
    closeIfUnused()
    throw error
  }
  const known = watches.get(wd)
  if (known === undefined) watches.set(wd, new Set([mine]))
  else known.add(mine)
  const watcher: Watcher = {
    on: () => watcher,
    ref: () => watcher,
    unref: () => watcher,
    close: () => drop(wd, mine),
  }
  return watcher
}

function openInstance(): Instance {
  if (c === undefined) throw new Error('unreachable')
  const descriptor = c.inotify_init1(IN_NONBLOCK | IN_CLOEXEC)
  if (descriptor < 0) throw describeLast('inotify_init1', 'inotify')
  // Before the first watch, so that no event is without its signal.
  process.on(WAKE, readEvents)
  c.fcntl(descriptor, F_SETSIG, WAKE_NUMBER)
  c.fcntl(descriptor, F_SETOWN, process.pid)
  c.fcntl(descriptor, F_SETFL, IN_NONBLOCK | O_ASYNC)
  return { descriptor, watches: new Map() }
}

function drop(wd: number, mine: Watch): void {
  const those = instance?.watches.get(wd)
  if (instance === undefined || those?.delete(mine) !== true || those.size > 0) return
  instance.watches.delete(wd)
  c?.inotify_rm_watch(instance.descriptor, wd)
  closeIfUnused()
}

function closeIfUnused(): void {
  if (instance === undefined || instance.watches.size > 0) return
  process.removeListener(WAKE, readEvents)
  c?.close(instance.descriptor)
  instance = undefined
}

/** A listener may close watches, and open others: what is read first is told first, to those that still watch. */
function readEvents(): void {
  if (c === undefined) return
  while (instance !== undefined) {
    const { descriptor, watches } = instance
    const length = c.read(descriptor, events, events.length)
    if (length <= 0) return
    const told: (() => void)[] = []
    for (let at = 0; at < length; at += SIZE_EVENT + events.readUInt32LE(at + 12)) {
      const wd = events.readInt32LE(at)
      const mask = events.readUInt32LE(at + 4)
      const name = nameAt(at)
      // wd -1: events were lost (IN_Q_OVERFLOW), so anything may have happened anywhere.
      const those = wd === -1 ? [...watches.values()].flatMap((set) => [...set]) : [...(watches.get(wd) ?? [])]
      const set = watches.get(wd)
      for (const { path, listener } of those) {
        told.push(() => listener((mask & ~(IN_MODIFY | IN_ATTRIB)) === 0 ? 'change' : 'rename', name ?? basename(path)))
      }
      if ((mask & IN_IGNORED) !== 0 && set !== undefined) watches.delete(wd)
    }
    for (const tell of told) tell()
    closeIfUnused()
  }
}

function nameAt(at: number): string | undefined {
  const length = events.readUInt32LE(at + 12)
  if (length === 0) return undefined
  const start = at + SIZE_EVENT
  return events.toString('utf8', start, events.indexOf(0, start))
}

function describeLast(call: string, path: string): Error {
  const location = c?.__errno_location()
  const errno = location === undefined ? 0 : read.i32(location, 0)
  const code = CODES[errno] ?? `errno ${errno}`
  return Object.assign(new Error(`${code}: ${call}, watch '${path}'`), { code, errno: -errno, syscall: 'watch', path })
}

function openLibrary() {
  try {
    return dlopen('libc.so.6', {
      inotify_init1: { args: ['i32'], returns: 'i32' },
      inotify_add_watch: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
      inotify_rm_watch: { args: ['i32', 'i32'], returns: 'i32' },
      fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
      read: { args: ['i32', 'ptr', 'usize'], returns: 'i64_fast' },
      close: { args: ['i32'], returns: 'i32' },
      __errno_location: { args: [], returns: 'ptr' },
    }).symbols
  } catch {
    return undefined
  }
}
