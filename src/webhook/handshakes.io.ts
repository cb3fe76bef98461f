/** Handshakes that have not ended: somebody who begins them without end closes their own, and nobody else's. */
import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'

/** When one more begins than there may be, the oldest is closed: a client that means it is through in a moment. */
export function holdHandshakes(server: Server, most: number): void {
  const begun = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket)
    const [oldest] = begun.values()
    if (begun.size >= most) oldest?.destroy()
    begun.delete(name)
    begun.set(name, socket)
    socket.on('close', () => {
      if (begun.get(name) === socket) begun.delete(name)
    })
  })
  // Node makes another socket of it, Bun does not; its peer is the same.
  server.on('secureConnection', (socket: TLSSocket) => void begun.delete(nameOf(socket)))
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
