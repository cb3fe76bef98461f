/** `podorder webhook`: a mutating admission webhook that rewrites pods as `podorder inject` does. */
import { CODE_FAILED, CODE_MISUSE } from '../base/exit-code.ts'
import { describeError } from '../base/system-error.ts'
import type { SecureServer } from './secure.io.ts'
import { createWebhookMetrics, type WebhookMetrics } from './webhook-metrics.ts'
import { createAnswering } from './answering.ts'
import { createFairQueue } from './fair-queue.ts'
import type { Served } from './certificates.ts'
import type { Answer, WebhookOptions, WebhookPorts } from './ports.ts'
import { rememberCommands } from './remember.ts'
import { pause } from '../base/pause.ts'
import { keepServing } from './serving.ts'

export type { WebhookOptions, WebhookPorts } from './ports.ts'

/** Limits. The API server accepts requests up to 3 MiB (etcd's --max-request-bytes is a multiple of it); a review is a little larger. */
const LIMITS = {
  requestMs: 10_000,
  idleMs: 120_000,
  connections: 1000,
  inFlight: 512,
  bodyBytes: 3 * 1024 * 1024 + 256 * 1024,
  allBodiesBytes: 32 * 1024 * 1024,
  patienceMs: 2000,
}

const TERM = 15
const INT = 2

/** The time until endpoints know that this replica ends; until then reviews still come. */
const LEAVING_MS = 3000
/** More than the 10 s that the API server waits for an answer, and less than the pod's grace period of 30 s. */
const DRAIN_MS = 15_000

/** Runs until it is told to end. @returns the exit code. */
export async function runWebhook(options: WebhookOptions, ports: WebhookPorts): Promise<number> {
  const { log } = ports
  const stop = new AbortController()
  let lingerMs = 0
  ports.signals.listen((signal) => {
    if (signal === TERM) lingerMs = LEAVING_MS
    if (signal === TERM || signal === INT) stop.abort()
  })
  const metrics = createWebhookMetrics()
  const findCommands = rememberCommands(ports.findCommands, ports.clock)
  const queue = createFairQueue({ clock: ports.clock, rest: ports.rest })
  const answer = createAnswering(options, metrics, { ...ports, findCommands, queue })
  const serving: Serving = { server: undefined, certificate: undefined }
  try {
    const health = await ports.servePlainly(options.healthPort, (path) => look(path, serving, metrics, stop.signal))
    log({ event: 'health', message: `/healthz, /readyz and /metrics on port ${health.port}`, port: health.port })
    const onRefused = (): void => metrics.countReview('refused', 0)
    const serve = async (found: Served): Promise<void> => {
      if (found.certificate === serving.certificate?.certificate && found.key === serving.certificate.key) return
      serving.server?.use(found)
      if (serving.server === undefined) {
        const how = { port: options.port, limits: LIMITS, credentials: found, answer, onRefused }
        serving.server = await ports.serveSecurely(how)
        log({ event: 'listening', message: `reviews on port ${serving.server.port}`, port: serving.server.port })
      }
      serving.certificate = found
      log({ event: 'certificate', message: `serving until ${new Date(found.facts.until).toISOString()}` })
    }
    const problem = await keepServing(options, ports, serve, stop.signal)
    if (problem !== undefined) {
      log({ event: 'error', message: problem })
      return CODE_MISUSE
    }
    log({ event: 'ending', message: 'no longer ready; answering the reviews that still come' })
    await pause(lingerMs)
    await serving.server?.close(DRAIN_MS)
    health.close()
    return 0
  } catch (error) {
    log({ event: 'error', message: `cannot listen: ${describeError(error)}` })
    return CODE_FAILED
  }
}

interface Serving {
  server: SecureServer | undefined
  certificate: Served | undefined
}

function look(
  path: string,
  { server, certificate }: Serving,
  metrics: WebhookMetrics,
  stop: AbortSignal,
): Answer | undefined {
  const text = (status: number, words: string): Answer => ({ status, type: 'text/plain', text: `${words}\n` })
  switch (path) {
    case '/healthz':
      return text(200, 'ok')
    case '/readyz':
      if (stop.aborted) return text(503, 'ending')
      return server === undefined ? text(503, 'no certificate yet') : text(200, 'ok')
    case '/metrics': {
      const { inFlight = 0, connections = 0 } = server?.state ?? {}
      const certificateExpiry = certificate === undefined ? undefined : certificate.facts.until / 1000
      return { status: 200, type: 'text/plain', text: metrics.write({ inFlight, connections, certificateExpiry }) }
    }
    default:
      return undefined
  }
}
