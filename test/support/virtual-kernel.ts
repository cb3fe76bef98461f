/** The part of the kernel that the wrappers of a pod share, in virtual time: a volume with flags, watches, and liveness sockets. */
import type { FlagPorts } from '../../src/flags/ports.ts'
import type { SocketState } from '../../src/flags/judge.ts'
import { nameOf, parentOf, socketIn } from '../../src/flags/layout.ts'
import { TELLING } from '../../src/flags/watch.io.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

interface Watcher {
  readonly owner: Owner
  readonly paths: ReadonlySet<string>
  readonly directories: ReadonlySet<string>
  readonly wake: (directory?: string) => void
  readonly due: Set<string>
}

interface Socket {
  readonly owner: Owner
  readonly peers: Set<() => void>
}

/** The intervals of looks in flags/watch.io.ts, in ms. */
const RELOOK_MS = 1000
const LATE_RELOOK_MS = 30_000
const LATE_AFTER_MS = 60_000

export interface VirtualKernel {
  portsOf(owner: Owner): Omit<FlagPorts, 'log'>
  /** Closes the sockets of a wrapper that has ended. All peers are notified. */
  closeSockets(owner: Owner): void
  read(path: string): string | undefined
}

/** @param delayMs returns the latency of the next message, in ms */
export function createKernel(time: VirtualTime, delayMs: () => number): VirtualKernel {
  const files = new Map<string, string>()
  const watchers = new Set<Watcher>()
  const sockets = new Map<string, Socket>()
  let made = 0

  const changed = (path: string): void => {
    const directory = parentOf(path)
    for (const watcher of watchers) {
      const { owner, paths, directories, wake, due } = watcher
      if (owner.dead || due.has(directory)) continue
      if (!paths.has(path) && !(directories.has(directory) && TELLING.has(nameOf(path)))) continue
      due.add(directory)
      time.after(owner, delayMs(), () => {
        due.delete(directory)
        if (watchers.has(watcher)) wake(directory)
      })
    }
  }
  const put = (path: string, content: string): void => {
    files.set(path, content)
    changed(path)
  }
  const remove = (path: string): void => {
    if (files.delete(path)) changed(path)
  }

  const flagsOf = (owner: Owner): FlagPorts['flags'] => ({
    publish: (path, content) => owner.dead || put(path, content),
    withdraw: (path) => owner.dead || remove(path),
    openDirectory: (path) => [...files.keys()].filter((file) => parentOf(file) === path).map(nameOf),
    look: (path) => ({ file: files.has(path) ? 'present' : 'absent', problem: undefined }),
    read: (path) => files.get(path),
  })

  const hold = (owner: Owner, directory: string, onChange: () => void) => {
    let link: SocketState = 'none'
    let tried: string | undefined
    let closed = false
    const become = (next: SocketState): void => {
      if (closed || link === next) return
      link = next
      onChange()
    }
    const connect = (socket: Socket | undefined): void => {
      if (closed) return
      if (socket === undefined || socket.owner.dead) return become('lost')
      socket.peers.add(() => time.after(owner, delayMs(), () => become('lost')))
      become('held')
    }
    return {
      state() {
        if (link === 'held' || link === 'connecting') return link
        const identity = files.get(socketIn(directory))
        if (identity === undefined) return (link = 'none')
        if (identity !== tried) {
          tried = identity
          link = 'connecting'
          time.after(owner, delayMs(), () => connect(sockets.get(identity)))
        }
        return link
      },
      close: () => void (closed = true),
    }
  }

  return {
    portsOf: (owner) => ({
      flags: flagsOf(owner),
      lifelines: {
        serve(directory) {
          const identity = `socket ${made++}`
          if (!owner.dead) {
            sockets.set(identity, { owner, peers: new Set() })
            put(socketIn(directory), identity)
          }
          return Promise.resolve()
        },
        hold: (directory, onChange) => hold(owner, directory, onChange),
      },
      watchPaths(paths, wake) {
        const watcher = {
          ...{ owner, wake, due: new Set<string>() },
          ...{ paths: new Set(paths), directories: new Set(paths.map(parentOf)) },
        }
        const beganMs = time.nowMs()
        const relook = (): void => {
          if (!watchers.has(watcher)) return
          wake()
          time.after(owner, time.nowMs() - beganMs < LATE_AFTER_MS ? RELOOK_MS : LATE_RELOOK_MS, relook)
        }
        return new Promise((resolve) => {
          // A watch becomes active only some time after the call.
          time.after(owner, delayMs(), () => {
            watchers.add(watcher)
            time.after(owner, RELOOK_MS, relook)
            resolve({
              close() {
                watchers.delete(watcher)
                return Promise.resolve()
              },
            })
          })
        })
      },
    }),
    closeSockets(owner) {
      for (const watcher of watchers) if (watcher.owner === owner) watchers.delete(watcher)
      for (const [identity, socket] of sockets) {
        if (socket.owner !== owner) continue
        sockets.delete(identity)
        for (const tell of socket.peers) tell()
      }
    },
    read: (path) => files.get(path),
  }
}
