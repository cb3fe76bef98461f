/** Limits unfinished handshakes, so that a client that begins many of them loses only its own. */
import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'

/** Closes the oldest handshake when there are too many: a normal client finishes its own quickly. */
export function holdHandshakes(server: Server, most: number): void {
  const begun = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket)
    const [oldest] = begun
    if (begun.size >= most && oldest !== undefined) {
      // In a burst, the next connection comes before the event `close` of this one.
      begun.delete(oldest[0])
      oldest[1].destroy()
    }
    begun.delete(name)
    begun.set(name, socket)
    socket.on('close', () => {
      if (begun.get(name) === socket) begun.delete(name)
    })
  })
  // Node makes another socket for TLS, and Bun does not, so the peer identifies it.
  server.on('secureConnection', (socket: TLSSocket) => void begun.delete(nameOf(socket)))
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
