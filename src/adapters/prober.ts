/**
 * Probes carried out from inside the pod, with the kubelet's semantics (pkg/probe). What each kind needs is loaded when it
 * is first used: most wrappers probe nothing, or one thing.
 *
 * The kubelet connects to the pod's IP. From inside, that address is not the way in: a service mesh redirects it to its
 * proxy, which takes any connection, whether the application listens or not. So a check without `host` goes to loopback,
 * and only when nothing listens there to the address on which, says the kernel, something does. HTTP's Host (and gRPC's
 * authority) still names the pod's IP, since servers that know their hosts have been told to expect that one. A server on
 * loopback alone is ready here while it is not for the kubelet: it is there for the other containers of its pod.
 */
import type { OutgoingHttpHeaders } from 'node:http'
import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { formatDuration } from '../core/duration.ts'
import { codeOf } from '../core/files.ts'
import {
  encodeHealthCheck,
  HEALTH_CHECK_PATH,
  judgeHealth,
  NO_HEALTH_ANSWER,
  type HealthAnswer,
} from '../core/grpc-health.ts'
import { findListeners } from '../core/listeners.ts'
import { beginExchange, judgeAnswer, USER_AGENT, writeHeaders, writeHost, type Answer } from '../core/http-probe.ts'
import { explainFault } from '../core/probe-fault.ts'
import type { Check, Probe, ProbeResult } from '../core/probe.ts'

export interface Prober {
  /**
   * Probes once; settles within the probe's timeout and leaves nothing behind. It never rejects: a check that could not
   * be made has failed.
   * @param signal ends the probing early; the result means nothing then.
   */
  probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult>
}

type Kind<Name extends Check['kind']> = Extract<Check, { kind: Name }>

const LOOPBACK = '127.0.0.1'
/** Of an HTTP body and of a command's output (pkg/probe/http, pkg/probe/exec: 10 KiB both). */
const MAX_OUTPUT_BYTES = 10 * 1024
/** Go's http.Client: ten requests, then it gives up. */
const MAX_REQUESTS = 10
/** As `URL` writes its host. */
const IP_ADDRESS = /^[\d.]+$|^\[/

export function createProber(): Prober {
  return {
    async probe({ check, timing }, signal) {
      const over = new AbortController()
      const cancel = (): void => over.abort(new Error('cancelled'))
      const expire = (): void => over.abort(new Error(`timed out after ${formatDuration(timing.timeoutMs)}`))
      const timer = setTimeout(expire, timing.timeoutMs)
      signal.addEventListener('abort', cancel)
      if (signal.aborted) cancel()
      try {
        return await Promise.race([carryOut(check, over.signal), untilOver(over.signal)])
      } catch (error) {
        const cause: unknown = over.signal.aborted ? over.signal.reason : error
        return { ok: false, why: explainFault(codeOf(cause), cause instanceof Error ? cause.message : String(cause)) }
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', cancel)
      }
    },
  }
}

function untilOver(over: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  if (over.aborted) reject(over.reason)
  over.addEventListener('abort', () => reject(over.reason))
  return promise
}

function carryOut(check: Check, over: AbortSignal): Promise<ProbeResult> {
  switch (check.kind) {
    case 'http':
      return probeHttp(check, over)
    case 'tcp':
      return probeTcp(check, over)
    case 'exec':
      return probeExec(check, over)
    case 'grpc':
      return probeGrpc(check, over)
  }
}

async function probeTcp({ host, port }: Kind<'tcp'>, over: AbortSignal): Promise<ProbeResult> {
  const socket = await reach(host, port, (address) => dial(address, port, over))
  socket.destroy()
  return { ok: true }
}

async function dial(address: string, port: number, over: AbortSignal): Promise<Socket> {
  const { connect } = await import('node:net')
  over.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = connect({ host: address, port })
  socket.on('connect', () => resolve(socket))
  socket.on('error', reject)
  over.addEventListener('abort', () => socket.destroy())
  return promise
}

async function probeHttp(check: Kind<'http'>, over: AbortSignal): Promise<ProbeResult> {
  const headers = Object.fromEntries(writeHeaders(check.headers))
  let next = beginExchange(check, findOwnAddress())
  for (let requests = 0; requests < MAX_REQUESTS; requests++) {
    const { url, port, host } = next
    const answer = await reach(check.host, port, (address) => get(url, { ...headers, host }, address, port, over))
    const verdict = judgeAnswer(next, answer, check.headers)
    if ('ok' in verdict) return verdict
    next = verdict
  }
  return { ok: false, why: `still redirected after ${MAX_REQUESTS} requests` }
}

/** One request, answered when the body has ended, or its first 10 KiB have come. */
async function get(
  url: URL,
  headers: OutgoingHttpHeaders,
  address: string,
  port: number,
  over: AbortSignal,
): Promise<Answer> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  over.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const exchange = request({
    host: address,
    port,
    path: url.pathname + url.search,
    headers,
    agent: false,
    // The kubelet does not check certificates, and names no IP address in the handshake.
    rejectUnauthorized: false,
    servername: IP_ADDRESS.test(url.hostname) ? '' : url.hostname,
  })
  exchange.on('error', reject)
  exchange.on('response', (response) => {
    let left = MAX_OUTPUT_BYTES
    const finish = (): void => {
      resolve({ status: response.statusCode ?? 0, location: response.headers.location })
      exchange.destroy()
    }
    response.on('error', reject)
    response.on('end', finish)
    response.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left <= 0) finish()
    })
  })
  over.addEventListener('abort', () => exchange.destroy())
  exchange.end()
  return promise
}

/** A command that leaves a process behind with its output open is not over: container runtimes wait for that as well. */
async function probeExec({ argv: [file, ...args] }: Kind<'exec'>, over: AbortSignal): Promise<ProbeResult> {
  const { execa } = await import('execa')
  const command = execa(file, args, {
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: over,
    killSignal: 'SIGKILL',
    killDescendants: true,
  })
  let output = Buffer.alloc(0)
  command.all.on('data', (chunk: Buffer) => {
    output = Buffer.concat([output, chunk.subarray(0, MAX_OUTPUT_BYTES - output.length)])
  })
  const { failed, exitCode, signal, code, originalMessage } = await command
  if (!failed) return { ok: true }
  if (exitCode === undefined && signal === undefined) {
    return { ok: false, why: `cannot run ${file}: ${explainFault(code, originalMessage ?? 'unknown')}` }
  }
  const ending = exitCode === undefined ? `killed by ${signal}` : `exit code ${exitCode}`
  const said = output.toString().trim()
  return { ok: false, why: said === '' ? ending : `${ending}: ${said}` }
}

async function probeGrpc({ port, service }: Kind<'grpc'>, over: AbortSignal): Promise<ProbeResult> {
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

/** Calls `knock` with the address to try; where that is ours to choose, a second time if there is a better one. */
async function reach<Result>(
  host: string | undefined,
  port: number,
  knock: (address: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await knock(host ?? LOOPBACK)
  } catch (error) {
    if (host !== undefined || codeOf(error) !== 'ECONNREFUSED') throw error
    const { readFile } = await import('node:fs/promises')
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'latin1').catch(() => '')),
    )
    const address = findListeners(tables.join('\n'), port).find((found) => found !== LOOPBACK)
    if (address === undefined) throw error
    return await knock(address)
  }
}

/** The pod's IP, as far as a container can tell: its first address that leads outside. */
function findOwnAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return addresses.find(({ internal, address }) => !internal && !address.startsWith('fe80:'))?.address ?? LOOPBACK
}
