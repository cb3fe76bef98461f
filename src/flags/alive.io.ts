/**
 * The liveness socket. A wrapper listens on it in its run directory for as long as it lives. The kernel closes it at the
 * wrapper's end, also after SIGKILL, and every waiter with a connection learns of it within 1 ms. This works across uids and
 * through a read-only mount of the volume.
 *
 * Every container of the pod can connect, as often as it likes. A wrapper never accepts: a connection in the kernel's backlog
 * costs it no memory and no descriptor, and the kernel closes it when the wrapper ends. A full backlog also shows that the
 * wrapper lives.
 */
import type { Socket } from 'node:net'
import { nameErrno } from '../base/errno.ts'
import type { Files } from '../base/files.ts'
import type { Library } from '../base/libc.io.ts'
import { codeOf } from '../base/system-error.ts'
import type { SocketState } from './judge.ts'
import { socketIn } from './layout.ts'
import { asideOf, putInPlace } from './place.ts'

const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000
const SOCK_NONBLOCK = 0o4000
const EAGAIN = 11
/** The kernel limits it to net.core.somaxconn. */
const BACKLOG = 4096
/** Longest path in `sun_path`, without its NUL. */
const LONGEST_ADDRESS = 107
const SIZE_ADDRESS = 110
/** Delay of the next try after a full backlog. Looks come at least as often. */
const BUSY_MS = 900
/** The longest random word in a file name. */
const LONGEST_WORD = 16

/** A connection to one predecessor. */
export interface Lifeline {
  /** @returns the current state; connects when there is a new socket */
  state(): SocketState
  close(): void
}

/**
 * Listens in `dir` until the process ends. Binds under another name and renames, so that a visible socket always has a listener.
 * @param draw returns an unpredictable word
 * @param library undefined on Node
 * @throws the system's error
 */
export async function serveAlive(
  dir: string,
  files: Files,
  draw: () => string,
  library: Library | undefined,
): Promise<void> {
  await atShortPath(dir, async (short) => {
    const path = socketIn(short)
    const aside = asideOf(path, draw)
    if (library === undefined) await listenByNode(aside)
    else listen(library, aside)
    putInPlace(aside, path, files, draw)
  })
}

/**
 * @param dir the predecessor's run directory
 * @param onChange is called when `state()` may have changed
 * @param library undefined on Node
 */
export function holdLifeline(dir: string, files: Files, onChange: () => void, library?: Library): Lifeline {
  let link: SocketState = 'none'
  let tried = ''
  let end: (() => void) | undefined
  let closed = false
  /** The backlog is full: the state is `held` without a connection, and the next try is due at this time. */
  let againAtMs: number | undefined
  const identify = (path: string): string | undefined => {
    try {
      return files.find(path)?.identity
    } catch {
      return undefined
    }
  }
  const begin = (): void => {
    /** The result of this connection is known. */
    let over = false
    const become = (next: SocketState): void => {
      over ||= next !== 'held'
      if (link === next) return
      link = next
      onChange()
    }
    againAtMs = undefined
    const onEnd = (how: 'lost' | 'none'): void => void (over || become(how))
    connect(dir, onEnd).then(
      (close) => {
        if (closed) return close()
        end = close
        if (!over) become('held')
      },
      (error: unknown) => {
        const code = codeOf(error)
        if (code === 'EAGAIN' || (code === 'ECONNREFUSED' && library !== undefined && isBusy(library, dir))) {
          againAtMs = performance.now() + BUSY_MS
          return become('held')
        }
        // A missing or forbidden socket shows nothing about the wrapper.
        become(code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'lost' : 'none')
      },
    )
  }
  return {
    state() {
      if (againAtMs !== undefined && performance.now() >= againAtMs) begin()
      if (link === 'held' || link === 'connecting') return link
      const identity = identify(socketIn(dir))
      if (identity === undefined) return (link = 'none')
      // A restarted predecessor renames a new socket into place; the old one never works again.
      if (identity !== tried) {
        tried = identity
        link = 'connecting'
        begin()
      }
      return link
    },
    close() {
      closed = true
      end?.()
    },
  }
}

/** Every container must be able to connect, which needs write permission on the socket, whatever this container's umask is. */
function withoutUmask<Result>(set: (mask: number) => number, act: () => Result): Result {
  const mask = set(0)
  try {
    return act()
  } finally {
    set(mask)
  }
}

function addressOf(path: string): Buffer {
  const address = Buffer.alloc(SIZE_ADDRESS)
  address.writeUInt16LE(AF_UNIX)
  address.write(path, 2)
  return address
}

/** Bun reports a full backlog as ECONNREFUSED too, so the kernel is asked before the wrapper counts as dead. */
function isBusy(c: Library, dir: string): boolean {
  const path = socketIn(dir)
  // For so long a path, a wrapper with a full backlog counts as dead.
  if (Buffer.byteLength(path) > LONGEST_ADDRESS) return false
  const descriptor = c.sockets().socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
  if (descriptor < 0) return false
  const connected = c.seldom().connect(descriptor, addressOf(path), SIZE_ADDRESS) === 0
  const busy = connected || c.errno() === EAGAIN
  c.close(descriptor)
  return busy
}

function listen(c: Library, path: string): void {
  const { socket, bind, listen: begin, umask } = c.sockets()
  const address = addressOf(path)
  const check = (result: number, call: string): number => {
    if (result >= 0) return result
    const code = nameErrno(c.errno())
    throw Object.assign(new Error(`${call} ${path}: ${code}`), { code })
  }
  const descriptor = check(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket')
  withoutUmask(umask, () => check(bind(descriptor, address, SIZE_ADDRESS), 'bind'))
  check(begin(descriptor, BACKLOG), 'listen')
}

/** Node always accepts. It stops reading after the first data that arrives; the rest stays in the kernel. */
async function listenByNode(path: string): Promise<void> {
  const { createServer } = await import('node:net')
  await new Promise<void>((resolve, reject) => {
    const server = createServer((socket) => {
      socket
        .unref()
        .on('error', () => {})
        .once('data', () => socket.pause())
    })
    server.once('error', reject)
    withoutUmask(
      (mask) => process.umask(mask),
      () => server.listen({ path, backlog: BACKLOG }, resolve).unref(),
    )
  })
}

/** The only call of Bun's sockets used here; node:net would cost the hot path 2 ms and 1 MiB. */
interface BunSockets {
  connect(options: { unix: string; socket: object }): Promise<{ end(): void }>
}

const bun = (globalThis as { Bun?: BunSockets }).Bun

/**
 * @param onEnd for a connection that was made: `lost` when it has ended; `none` when the peer sends data, so that it is no
 * wrapper
 * @returns a function that closes it. @throws when no connection can be made
 */
function connect(dir: string, onEnd: (how: 'lost' | 'none') => void): Promise<() => void> {
  return atShortPath(dir, async (short) => {
    const unix = socketIn(short)
    const lose = () => onEnd('lost')
    if (bun !== undefined) {
      const data = (socket: { end(): void }): void => {
        onEnd('none')
        socket.end()
      }
      const socket = await bun.connect({ unix, socket: { data, close: lose, end: lose, error: lose } })
      return () => socket.end()
    }
    const { connect: dial } = await import('node:net')
    const socket = await new Promise<Socket>((resolve, reject) => {
      const made = dial(unix)
      made.once('error', reject).once('connect', () => {
        made
          .off('error', reject)
          .on('error', () => {})
          .once('close', lose)
          .once('data', () => {
            onEnd('none')
            made.destroy()
          })
        resolve(made)
      })
    })
    return () => socket.destroy()
  })
}

/** Uses /proc/self/fd with a descriptor of the directory if the path is too long. */
async function atShortPath<Result>(dir: string, use: (short: string) => Promise<Result>): Promise<Result> {
  if (Buffer.byteLength(asideOf(socketIn(dir), () => 'x'.repeat(LONGEST_WORD))) <= LONGEST_ADDRESS) return use(dir)
  const { closeSync, constants, openSync } = await import('node:fs')
  const descriptor = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    return await use(`/proc/self/fd/${descriptor}`)
  } finally {
    closeSync(descriptor)
  }
}
