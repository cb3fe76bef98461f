/** A name server for tests. It knows some names, and reports that all others do not exist. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const TYPE_A = 1
/** The flags QR, RD and RA of a response, and the code NXDOMAIN (RFC 1035). */
const ANSWER = 0x8180
const NO_SUCH_NAME = 3

/**
 * Serves IPv4 addresses on UDP port 53, which needs root. resolv.conf(5) allows no other port.
 * @param names the addresses by name, without a dot at its end
 */
export async function serveNames(at: string, names: Readonly<Record<string, string>>): Promise<{ close(): void }> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => socket.send(answer(query, names), port, address))
  socket.bind(53, at)
  await once(socket, 'listening')
  return { close: () => socket.close() }
}

/** Writes a response (RFC 1035): a header of 12 bytes, the question, and the answer, whose name points to that of the question. */
function answer(query: Buffer, names: Readonly<Record<string, string>>): Buffer {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const known = names[labels.join('.')]
  const address = query.readUInt16BE(at + 1) === TYPE_A ? known : undefined
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(known === undefined ? ANSWER | NO_SUCH_NAME : ANSWER, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(address === undefined ? 0 : 1, 6)
  const question = query.subarray(12, at + 5)
  if (address === undefined) return Buffer.concat([header, question])
  const record = [0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]
  return Buffer.concat([header, question, Buffer.from(record)])
}
