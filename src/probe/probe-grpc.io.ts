/** Makes a check by gRPC's health service. */
import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import {
  encodeHealthCheck,
  HEALTH_CHECK_PATH,
  judgeHealth,
  NO_HEALTH_ANSWER,
  NO_SECURE_ANSWER,
  type HealthAnswer,
} from './grpc-health.ts'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { USER_AGENT, writeHost } from './http-probe.ts'
import type { Check, ProbeResult } from './probe.ts'
import { dial, findOwnAddress, reach } from './reach.io.ts'

/** The limit of an answer, which should have only a few bytes. */
const MAX_OUTPUT_BYTES = 10 * 1024

export async function probeGrpc(
  { port, service, tls = false }: Extract<Check, { kind: 'grpc' }>,
  over: AbortSignal,
): Promise<ProbeResult> {
  const { connect } = await import('node:http2')
  const noAnswer = tls ? NO_SECURE_ANSWER : NO_HEALTH_ANSWER
  const wire = await reach(undefined, port, (address) => dial(address, port, over))
  const socket = tls ? await secure(wire, over) : wire
  if (socket === undefined) return { ok: false, why: noAnswer }
  const { promise, resolve, reject } = Promise.withResolvers<HealthAnswer>()
  // The socket is created here so that it can be closed: Bun leaves it open when a session is destroyed before the server's greeting.
  const session = connect(`${tls ? 'https' : 'http'}://${writeHost(findOwnAddress())}:${port}`, {
    createConnection: () => socket,
  })
  // The stream, the session or the socket may be the first to report a broken connection.
  const fail = (): void => reject(new Error(noAnswer))
  session.on('error', fail)
  session.on('close', fail)
  const stream = session.request({
    ':method': 'POST',
    ':path': HEALTH_CHECK_PATH,
    'content-type': 'application/grpc',
    'user-agent': USER_AGENT,
    te: 'trailers',
  })
  let headers: IncomingHttpHeaders & IncomingHttpStatusHeader = {}
  let body = Buffer.alloc(0)
  stream.on('response', (head) => (headers = head))
  stream.on('trailers', (tail) => (headers = { ...headers, ...tail }))
  stream.on('data', (chunk: Buffer) => {
    body = Buffer.concat([body, chunk])
    if (body.length > MAX_OUTPUT_BYTES) stream.close()
  })
  stream.on('error', fail)
  stream.on('close', () => {
    const text = (name: string): string | undefined => headers[name]?.toString()
    const [grpcStatus, grpcMessage] = [text('grpc-status'), text('grpc-message')]
    resolve({ httpStatus: headers[':status'], grpcStatus, grpcMessage, body })
  })
  stream.end(encodeHealthCheck(Buffer.from(service)))
  try {
    return judgeHealth(await promise, service, noAnswer)
  } finally {
    session.destroy()
    socket.destroy()
  }
}

/** Starts TLS with ALPN for HTTP/2, as Go's gRPC does. @returns undefined when the server lacks TLS or HTTP/2 */
async function secure(socket: Socket, over: AbortSignal): Promise<TLSSocket | undefined> {
  const { connect } = await import('node:tls')
  over.throwIfAborted()
  const { promise, resolve } = Promise.withResolvers<TLSSocket | undefined>()
  // As in the kubelet, certificates are not checked, and an IP address is not sent as SNI.
  const secured = connect({ socket, ALPNProtocols: ['h2'], rejectUnauthorized: false })
  secured.on('secureConnect', () => resolve(secured.alpnProtocol === 'h2' ? secured : undefined))
  const fail = (): void => {
    socket.destroy()
    resolve(undefined)
  }
  secured.on('error', fail)
  secured.on('close', fail)
  return promise
}
