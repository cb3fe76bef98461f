/** A request and its answer, by node:http. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Ask {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly body: Uint8Array
  /** Fires when nobody waits for the answer any more. */
  readonly cancel: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly type: 'application/json' | 'text/plain'
  readonly text: string
  /** Seconds. */
  readonly retryAfter?: number
}

/** The API server takes it for a failure of the call, and its clients come again. */
export const OVERLOADED: Answer = { status: 429, type: 'text/plain', text: 'too much at once\n', retryAfter: 1 }

/** What the bodies of all requests may have together, and those that have not come whole. */
export interface BodyPool {
  left: number
  readonly readers: Readers
}

/** A body of chunks has at most so many; each costs some microseconds, however small it is. */
const MOST_PIECES = 8192

/**
 * Reads one body. What it holds of the pool is given back when the answer is through.
 * @param giveUp is called when the request has to make room for others before it has come whole
 * @returns an answer when it is too long; undefined when it broke off
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

/** A body may come in pieces of one byte, each of which would take a hundred if it were kept. */
function enlarge(body: Buffer<ArrayBuffer>, used: number, size: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(size)
  body.copy(larger, 0, 0, used)
  return larger
}

/** Requests whose bodies have not come whole. */
export interface Readers {
  /** @param end gives back at once what it holds; it stands for the request @param giveUp closes its connection */
  enter(end: () => void, giveUp: () => void): void
  leave(end: () => void): void
  /**
   * Gives up the one that has been read for the longest time.
   * @param but who asks
   * @returns false when none has taken longer than it should
   */
  evictOldest(but?: () => void): boolean
}

/** The API server sends a review at once. Whoever takes longer is the first to go when there is no place. */
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

/** @param last the connection ends with it */
export function sendAnswer(response: ServerResponse, { status, type, text, retryAfter }: Answer, last: boolean): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(last ? { connection: 'close' } : {}),
  })
  response.end(text)
}
