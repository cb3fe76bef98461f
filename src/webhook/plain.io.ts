/** HTTP without TLS, for probes and metrics. */
import { createServer } from 'node:http'
import { type Answer, sendAnswer } from './exchange.io.ts'
import { listen } from './listen.io.ts'

export interface PlainServer {
  readonly port: number
  close(): void
}

/** So many probes and scrapers there are not. */
const CONNECTIONS = 64

const NOT_FOUND: Answer = { status: 404, type: 'text/plain', text: 'there is /healthz, /readyz and /metrics\n' }

/** @param look the answer to a GET of this path; undefined: there is none @throws the system's error when it cannot listen */
export async function servePlainly(port: number, look: (path: string) => Answer | undefined): Promise<PlainServer> {
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?', 1)
    request.resume()
    response.on('error', () => {})
    sendAnswer(response, look(path) ?? NOT_FOUND, false)
  })
  server.maxConnections = CONNECTIONS
  const own = await listen(server, port)
  return {
    port: own,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
