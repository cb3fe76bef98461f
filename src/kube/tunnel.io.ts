/** Connections to an API server through a proxy: HTTP CONNECT, or SOCKS 5 (RFC 1928, RFC 1929). */
import { connect as connectPlainly, type Socket } from 'node:net'
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls'
import type { Duplex } from 'node:stream'

export interface Tunnel {
  /** `http://user:password@proxy:3128`, https or socks5. */
  readonly proxy: string
  readonly host: string
  readonly port: number
  /** Undefined: the server speaks plain HTTP. */
  readonly tls: ConnectionOptions | undefined
}

/** The longest time to open a tunnel. */
const LATE_MS = 30_000
const LONGEST_ANSWER = 16_384

/** @throws an error with one clause about the proxy's answer */
export async function openTunnel({ proxy, host, port, tls }: Tunnel): Promise<Duplex> {
  const url = new URL(proxy)
  const socket = await reach(url)
  const timer = setTimeout(() => socket.destroy(new Error(`the proxy ${url.host} does not answer`)), LATE_MS)
  try {
    const [name, word] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
    if (url.protocol.startsWith('socks')) await speakSocks(socket, { host, port, name, word })
    else await speakHttp(socket, { host, port, name, word })
  } catch (error) {
    socket.destroy()
    throw new Error(`the proxy ${url.host}: ${(error as Error).message}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
  if (tls === undefined) return socket
  return whenSecure(connectSecurely({ ...tls, socket }))
}

async function reach({ protocol, hostname, port }: URL): Promise<Socket> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (protocol === 'https:') {
    return whenSecure(connectSecurely({ host, port: Number(port || 443), servername: host }))
  }
  const socket = connectPlainly({ host, port: Number(port || (protocol === 'http:' ? 80 : 1080)) })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', (error: Error) => reject(new Error(`cannot reach the proxy ${host}: ${error.message}`)))
  })
  return socket
}

function whenSecure<Kind extends Socket>(socket: Kind): Promise<Kind> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}

interface Wish {
  readonly host: string
  readonly port: number
  readonly name: string
  readonly word: string
}

async function speakHttp(socket: Socket, { host, port, name, word }: Wish): Promise<void> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const login = name === '' ? '' : `proxy-authorization: Basic ${Buffer.from(`${name}:${word}`).toString('base64')}\r\n`
  socket.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${login}\r\n`)
  const answer = await readUntil(socket, (bytes) => {
    const end = bytes.indexOf('\r\n\r\n')
    return end === -1 ? undefined : end + 4
  })
  const [first = ''] = answer.toString('latin1').split('\r\n')
  if (!/^HTTP\/1\.\d 2\d\d/.test(first)) throw new Error(`it says ${JSON.stringify(first.slice(0, 100))}`)
}

const SOCKS_ERRORS = [
  'ok',
  'it failed',
  'it does not allow that',
  'no network',
  'no such host',
  'the connection was refused',
]

async function speakSocks(socket: Socket, { host, port, name, word }: Wish): Promise<void> {
  socket.write(Buffer.from(name === '' ? [5, 1, 0] : [5, 2, 0, 2]))
  const [, way] = await readUntil(socket, (bytes) => (bytes.length < 2 ? undefined : 2))
  if (way === 2) {
    const [own, secret] = [Buffer.from(name), Buffer.from(word)]
    socket.write(Buffer.concat([Buffer.from([1, own.length]), own, Buffer.from([secret.length]), secret]))
    const [, refused] = await readUntil(socket, (bytes) => (bytes.length < 2 ? undefined : 2))
    if (refused !== 0) throw new Error('it does not take the user name and the password')
  } else if (way !== 0) throw new Error('it wants a user name and a password')
  const text = Buffer.from(host)
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, text.length]), text, Buffer.from([port >> 8, port & 255])]))
  const answer = await readUntil(socket, (bytes) => {
    if (bytes.length < 5) return undefined
    const address = bytes[3] === 1 ? 4 : bytes[3] === 4 ? 16 : (bytes[4] ?? 0) + 1
    return bytes.length < 6 + address ? undefined : 6 + address
  })
  if (answer[1] !== 0) throw new Error(SOCKS_ERRORS[answer[1] ?? 1] ?? `error ${answer[1]}`)
}

/** @param measure the length of the answer; undefined: it is not complete yet. The bytes behind it stay in the socket. */
function readUntil(socket: Socket, measure: (bytes: Buffer) => number | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const stop = (): void => {
      socket.off('data', take)
      socket.off('error', fail)
      socket.off('close', close)
    }
    const fail = (error: Error): void => {
      stop()
      reject(error)
    }
    const close = (): void => fail(new Error('it hung up'))
    const take = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      const length = measure(bytes)
      if (length === undefined)
        return bytes.length > LONGEST_ANSWER ? fail(new Error('its answer has no end')) : undefined
      stop()
      socket.pause()
      if (bytes.length > length) socket.unshift(bytes.subarray(length))
      resolve(bytes.subarray(0, length))
    }
    socket.on('data', take)
    socket.once('error', fail)
    socket.once('close', close)
    socket.resume()
  })
}
