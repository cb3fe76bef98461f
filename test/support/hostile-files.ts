/** Objects that somebody may put in place of a file that podorder reads. */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'

export const IS_ROOT = process.getuid?.() === 0

/** Makes a device node, which only root can do. The machine's own device files are not used. */
export function makeDevice(path: string, minor: number): void {
  execFileSync('mknod', [path, 'c', '1', String(minor)])
}

export function makePipe(path: string): void {
  execFileSync('mkfifo', [path])
}

/** Listens on a socket, and passes on connections. */
export function listenAt(path: string, onConnection: Parameters<typeof createServer>[1] = () => {}): Promise<Server> {
  return new Promise((resolve) => {
    const server: Server = createServer(onConnection).listen(path, () => resolve(server))
  })
}

/** Makes a liveness socket without a listener, as a killed wrapper leaves it. */
export async function makeDeadSocket(path: string): Promise<void> {
  // Node removes only the name that it has bound.
  const server = await listenAt(`${path}.bound`)
  renameSync(`${path}.bound`, path)
  server.close()
}

function makeHuge(path: string): void {
  const file = openSync(path, 'w')
  writeSync(file, '{"reason":"x","message":"')
  ftruncateSync(file, 2 * 1024 ** 3)
  closeSync(file)
}

export interface HostileThing {
  readonly make: (path: string) => void
  /** Whether a look at it succeeds. */
  readonly visible: boolean
  /** Set if only root can make it. */
  readonly privileged?: true
}

export const HOSTILE_THINGS: Readonly<Record<string, HostileThing>> = {
  'a pipe that nobody writes to': { make: makePipe, visible: true },
  'a directory': { make: (path) => mkdirSync(path), visible: true },
  'a link to a file without an end': { make: (path) => symlinkSync('/dev/zero', path), visible: true },
  'a link to the terminal': { make: (path) => symlinkSync('/dev/tty', path), visible: true },
  'a link to itself': { make: (path) => symlinkSync(path, path), visible: false },
  'a device without an end': { make: (path) => makeDevice(path, 5), visible: true, privileged: true },
  'two gigabytes': { make: makeHuge, visible: true },
  'deep JSON': { make: (path) => writeFileSync(path, `{"message":${'['.repeat(5_000_000)}`), visible: true },
  'fields of other kinds': {
    make: (path) => writeFileSync(path, '{"reason":{},"message":[1],"origin":7}'),
    visible: true,
  },
}
