/**
 * The liveness socket. A wrapper listens on `alive.sock` in its run directory for as long as it lives; the kernel closes
 * it however the wrapper ends, SIGKILL included, and every waiter that holds a connection learns of it within a ms.
 * It works across uids and through a read-only mount of the volume.
 */
import type { Socket } from 'node:net'
import type { Files } from '../base/files.ts'
import { codeOf } from '../base/system-error.ts'
import type { SocketState } from './judge.ts'
import { MAKING } from './record.ts'

export const SOCKET = 'alive.sock'

/** A connection to one predecessor. */
export interface Lifeline {
  /** Where it stands now; connects when there is a socket that has not been tried yet. */
  state(): SocketState
  close(): void
}

/**
 * Listens in `dir` until the process ends. Bound aside and renamed, so that whoever finds the socket finds a listener.
 * @throws the system's error.
 */
export async function serveAlive(dir: string, files: Files): Promise<void> {
  await atShortPath(dir, async (short) => {
    const aside = `${short}/${SOCKET}.${process.pid}${MAKING}`
    files.remove(aside)
    await listen(aside)
    // Connecting takes write permission on the socket, whatever the umask of this container says.
    files.setMode(aside, 0o666)
    files.rename(aside, `${short}/${SOCKET}`)
  })
}

/** @param dir the predecessor's run directory; `onChange` is called when `state()` may have changed. */
export function holdLifeline(dir: string, files: Files, onChange: () => void): Lifeline {
  let link: SocketState = 'none'
  let tried = ''
  let end: (() => void) | undefined
  const identify = (path: string): string | undefined => {
    try {
      return files.find(path)?.identity
    } catch {
      return undefined
    }
  }
  return {
    state() {
      if (link === 'held' || link === 'connecting') return link
      const identity = identify(`${dir}/${SOCKET}`)
      if (identity === undefined) return (link = 'none')
      // A restarted predecessor renames a new socket into place; the old one stays dead for ever.
      if (identity === tried) return link
      tried = identity
      link = 'connecting'
      const become = (next: SocketState) => {
        if (link === next) return
        link = next
        onChange()
      }
      void connect(dir, () => become('lost')).then(
        (close) => {
          end = close
          if (link === 'connecting') become('held')
        },
        (error: unknown) => {
          const code = codeOf(error)
          // A full backlog is a sign of life; a vanished or forbidden socket says nothing.
          if (code === 'EAGAIN') tried = ''
          become(code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'lost' : 'none')
        },
      )
      return link
    },
    close() {
      end?.()
    },
  }
}

/** The few calls of Bun's sockets used here; node:net would cost the hot path 2 ms and a MiB. */
interface BunSockets {
  listen(options: { unix: string; socket: object }): { unref(): void }
  connect(options: { unix: string; socket: object }): Promise<{ end(): void }>
}

const bun = (globalThis as { Bun?: BunSockets }).Bun

async function listen(path: string): Promise<void> {
  if (bun !== undefined) {
    bun.listen({ unix: path, socket: { data() {} } }).unref()
    return
  }
  const { createServer } = await import('node:net')
  await new Promise<void>((resolve, reject) => {
    const server = createServer((socket) => socket.unref().on('error', () => {}))
    server.once('error', reject).listen(path, resolve).unref()
  })
}

/** @returns what closes it. @throws when it cannot be made; `onEnd` is for a connection that was there and has ended. */
function connect(dir: string, onEnd: () => void): Promise<() => void> {
  return atShortPath(dir, async (short) => {
    const unix = `${short}/${SOCKET}`
    if (bun !== undefined) {
      const socket = await bun.connect({ unix, socket: { data() {}, close: onEnd, end: onEnd, error: onEnd } })
      return () => socket.end()
    }
    const { connect: dial } = await import('node:net')
    const socket = await new Promise<Socket>((resolve, reject) => {
      const made = dial(unix)
      made.once('error', reject).once('connect', () => {
        made
          .off('error', reject)
          .on('error', () => {})
          .once('close', onEnd)
          .resume()
        resolve(made)
      })
    })
    return () => socket.destroy()
  })
}

/** `sun_path` holds 107 bytes; through a descriptor of the directory any path is short. */
async function atShortPath<Result>(dir: string, use: (short: string) => Promise<Result>): Promise<Result> {
  if (Buffer.byteLength(dir) + SOCKET.length + MAKING.length + 12 < 107) return use(dir)
  const { closeSync, constants, openSync } = await import('node:fs')
  const descriptor = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    return await use(`/proc/self/fd/${descriptor}`)
  } finally {
    closeSync(descriptor)
  }
}
