/** A server in front of a real registry that handles some of the requests itself. */
import type { ExecutionContext } from 'ava'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Front {
  readonly host: string
  /** The requests as `METHOD path`, followed by ` as …` if there was an Authorization. */
  readonly asked: readonly string[]
}

/** Handles a request. @returns false to pass it on to the registry */
export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean

/** @param registry the host of the real registry @param t the server is closed when this test ends */
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
