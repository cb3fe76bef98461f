/** One request and its answer, by node:http. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Ask {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly body: string
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

/**
 * @param pool what the bodies of all requests may have together; it is given back when the answer is through
 * @returns an answer when it is too long; undefined when it broke off
 */
export function readAsk(
  request: IncomingMessage,
  cancel: AbortSignal,
  mostBytes: number,
  pool: { left: number },
): Promise<Ask | Answer | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  const { promise, resolve } = Promise.withResolvers<Ask | Answer | undefined>()
  cancel.addEventListener('abort', () => {
    pool.left += size
    resolve(undefined)
  })
  const refuse = (answer: Answer): void => {
    pieces.length = 0
    request.off('data', take).resume()
    resolve(answer)
  }
  const take = (piece: Buffer): void => {
    size += piece.length
    pool.left -= piece.length
    if (size > mostBytes) refuse({ status: 413, type: 'text/plain', text: `a body has at most ${mostBytes} bytes\n` })
    else if (pool.left < 0) refuse(OVERLOADED)
    else pieces.push(piece)
  }
  request.on('data', take)
  request.on('error', () => resolve(undefined))
  request.on('end', () => {
    const [path = '/'] = (request.url ?? '/').split('?', 1)
    resolve({ method: request.method ?? '', path, body: Buffer.concat(pieces).toString('utf8'), cancel })
  })
  return promise
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
