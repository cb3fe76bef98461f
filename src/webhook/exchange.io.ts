/** Reads a request and sends its answer, by node:http. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Ask {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly body: Uint8Array
  /** Aborted when the client does not wait any more. */
  readonly cancel: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly type: 'application/json' | 'text/plain'
  readonly text: string
  /** Seconds. */
  readonly retryAfter?: number
}

/** The answer under overload: the API server treats it as a failed call, and its clients retry. */
export const OVERLOADED: Answer = { status: 429, type: 'text/plain', text: 'too much at once\n', retryAfter: 1 }

/** The memory for the bodies of all requests, and the requests that are not complete. */
export interface BodyPool {
  left: number
  readonly readers: Readers
}

/** The limit of chunks of a body; each costs some microseconds, even a small one. */
const MOST_PIECES = 8192

/**
 * Reads one body. Its memory returns to the pool when the answer is sent.
 * @param giveUp called when the incomplete request must make room for others
 * @returns an answer when the body is too long; undefined when it broke off
 */
export function readAsk(
  request: IncomingMessage,
  cancel: AbortSignal,
  mostBytes: number,
  pool: BodyPool,
  giveUp: () => void,
): Promise<Ask | Answer | undefined> {
  let body = Buffer.alloc(0)
  let size = 0
  let pieces = 0
  const { promise, resolve } = Promise.withResolvers<Ask | Answer | undefined>()
  const end = (): void => {
    pool.left += size
    size = 0
    pool.readers.leave(end)
    request.off('data', take)
    resolve(undefined)
  }
  pool.readers.enter(end, giveUp)
  cancel.addEventListener('abort', end)
  const refuse = (answer: Answer): void => {
    body = Buffer.alloc(0)
    pool.readers.leave(end)
    request.off('data', take).resume()
    resolve(answer)
  }
  const take = (piece: Buffer): void => {
    const start = size
    size += piece.length
    pool.left -= piece.length
    if (size > mostBytes) refuse({ status: 413, type: 'text/plain', text: `a body has at most ${mostBytes} bytes\n` })
    else if (++pieces > MOST_PIECES) refuse({ status: 413, type: 'text/plain', text: 'it comes in too many pieces\n' })
    else if (pool.left < 0 && !pool.readers.evictOldest(end)) refuse(OVERLOADED)
    else {
      if (size > body.length) body = enlarge(body, start, Math.min(mostBytes, Math.max(size, 2 * body.length)))
      piece.copy(body, start)
    }
  }
  request.on('data', take)
  request.on('error', () => resolve(undefined))
  request.on('end', () => {
    pool.readers.leave(end)
    const [path = '/'] = (request.url ?? '/').split('?', 1)
    resolve({ method: request.method ?? '', path, body: body.subarray(0, size), cancel })
  })
  return promise
}

/** Copies into one larger buffer: a body may come in pieces of one byte, and a kept piece takes a hundred. */
function enlarge(body: Buffer<ArrayBuffer>, used: number, size: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(size)
  body.copy(larger, 0, 0, used)
  return larger
}

/** Requests whose bodies are not complete. */
export interface Readers {
  /** @param end frees the request's memory at once; identifies the request @param giveUp closes its connection */
  enter(end: () => void, giveUp: () => void): void
  leave(end: () => void): void
  /**
   * Gives up the oldest request.
   * @param but the request that asks
   * @returns false when no request has exceeded its time
   */
  evictOldest(but?: () => void): boolean
}

/** The API server sends a review at once. Slower requests are given up first when there is no room. */
export function createReaders(patienceMs: number): Readers {
  const readers = new Map<() => void, { readonly since: number; readonly giveUp: () => void }>()
  return {
    enter: (end, giveUp) => void readers.set(end, { since: performance.now(), giveUp }),
    leave: (end) => void readers.delete(end),
    evictOldest(but) {
      const [oldest, next] = readers
      const [end, reader] = (oldest?.[0] === but ? next : oldest) ?? []
      if (end === undefined || reader === undefined || performance.now() - reader.since < patienceMs) return false
      end()
      reader.giveUp()
      return true
    },
  }
}

/** @param last whether the connection ends after this answer */
export function sendAnswer(response: ServerResponse, { status, type, text, retryAfter }: Answer, last: boolean): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(last ? { connection: 'close' } : {}),
  })
  response.end(text)
}
