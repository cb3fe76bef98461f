/** A check by gRPC's health service. */
import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import {
  encodeHealthCheck,
  HEALTH_CHECK_PATH,
  judgeHealth,
  NO_HEALTH_ANSWER,
  type HealthAnswer,
} from './grpc-health.ts'
import { USER_AGENT, writeHost } from './http-probe.ts'
import type { Check, ProbeResult } from './probe.ts'
import { dial, findOwnAddress, reach } from './reach.io.ts'

/** Of an answer that should have a few bytes. */
const MAX_OUTPUT_BYTES = 10 * 1024

export async function probeGrpc(
  { port, service }: Extract<Check, { kind: 'grpc' }>,
  over: AbortSignal,
): Promise<ProbeResult> {
  const { connect } = await import('node:http2')
  const socket = await reach(undefined, port, (address) => dial(address, port, over))
  const { promise, resolve, reject } = Promise.withResolvers<HealthAnswer>()
  // A socket of our own: on Bun, destroying a session before the server's greeting leaves its socket open.
  const session = connect(`http://${writeHost(findOwnAddress())}:${port}`, { createConnection: () => socket })
  // Which of the stream, the session and its socket tells of a broken connection first is anybody's guess.
  const fail = (): void => reject(new Error(NO_HEALTH_ANSWER))
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
    return judgeHealth(await promise, service)
  } finally {
    session.destroy()
    socket.destroy()
  }
}
