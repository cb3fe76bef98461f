/**
 * Feeds a connection to the HTTP parser in small pieces, and nothing after the last answer. The parser may find a request in each
 * 20 bytes and does not stop within a piece, so 64 KiB at once could be thousands of requests.
 */
import { Duplex } from 'node:stream'

const PIECE = 2048

export function readInPieces(socket: Duplex): Duplex {
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !stream.destroyed && !stream.writableEnded; at += PIECE) {
      if (!stream.push(chunk.subarray(at, at + PIECE))) socket.pause()
    }
  })
  socket.on('end', () => void stream.push(null))
  socket.on('error', () => stream.destroy())
  socket.on('close', () => stream.destroy())
  stream.on('error', () => {})
  return stream
}
