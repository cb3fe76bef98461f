/** What somebody may put in the place of a file that others look at. */
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

/** Never the machine's own devices: nodes of their kind, which only root can make. */
export function makeDevice(path: string, minor: number): void {
  execFileSync('mknod', [path, 'c', '1', String(minor)])
}

export function makePipe(path: string): void {
  execFileSync('mkfifo', [path])
}

/** A listener; whoever connects is handed on. */
export function listenAt(path: string, onConnection: Parameters<typeof createServer>[1] = () => {}): Promise<Server> {
  return new Promise((resolve) => {
    const server: Server = createServer(onConnection).listen(path, () => resolve(server))
  })
}

/** A liveness socket whose wrapper was killed: nobody listens. */
export async function makeDeadSocket(path: string): Promise<void> {
  // Node removes the name that it has bound, and no other one.
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
  /** A look at it is no error. */
  readonly visible: boolean
  /** Only root can make it. */
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
