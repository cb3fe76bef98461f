/** A server before a real registry, which answers some of its requests itself. */
import type { ExecutionContext } from 'ava'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Front {
  readonly host: string
  /** `METHOD path`, with ` as …` where there was an Authorization. */
  readonly asked: readonly string[]
}

/** @returns whether it takes care of this request; what it leaves alone is the registry's. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean

/** @param registry the host behind it @param t when this test ends, it is closed */
export async function startFront(t: ExecutionContext, registry: string, answer: Answer): Promise<Front> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { authorization } = request.headers
    asked.push(`${request.method} ${request.url}${authorization === undefined ? '' : ` as ${authorization}`}`)
    if (!answer(request, response)) void passOn(registry, request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

export async function passOn(
  registry: string,
  { method = 'GET', url, headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await fetch(`http://${registry}${url}`, { method, headers: { accept: headers.accept ?? '' } })
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.end(Buffer.from(await answer.arrayBuffer()))
}
