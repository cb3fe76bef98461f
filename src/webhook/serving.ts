/** Keeps the served certificate up to date while the webhook runs. */
import { pause } from '../base/pause.ts'
import { listFiles, lookInCluster, lookInFiles, type Served } from './certificates.ts'
import type { WebhookOptions, WebhookPorts } from './ports.ts'

/** The interval of checks for another replica's certificate and for a removed caBundle. */
const LOOK_MS = 60_000
const LOOK_AGAIN_MS = 5000

/** Serves until it is told to end. @returns one sentence when it cannot serve. @throws what `serve` throws */
export async function keepServing(
  options: WebhookOptions,
  ports: WebhookPorts,
  serve: (found: Served) => Promise<void>,
  stop: AbortSignal,
): Promise<string | undefined> {
  const { certDir } = options
  if (certDir !== undefined) return serveFiles(certDir, ports, serve, stop)
  const { cluster, log } = ports
  if (cluster === undefined) throw new Error('a webhook without --cert-dir has a cluster')
  const find = lookInCluster(cluster, options, ports)
  while (!stop.aborted) {
    const found = await find(stop)
    if (stop.aborted) break
    if ('problem' in found) log({ event: 'error', message: found.problem })
    else await serve(found)
    await pause('problem' in found ? LOOK_AGAIN_MS : LOOK_MS, stop)
  }
  return undefined
}

/** Serves files. A mounted Secret changes at once but is read file by file, so files that do not match are read again. */
async function serveFiles(
  directory: string,
  ports: WebhookPorts,
  serve: (found: Served) => Promise<void>,
  stop: AbortSignal,
): Promise<string | undefined> {
  const { log } = ports
  const find = lookInFiles(directory, ports)
  const first = await find(stop)
  if ('problem' in first) return first.problem
  await serve(first)
  let said: string | undefined
  let looking = Promise.resolve()
  const wake = (): void => {
    looking = looking.then(async () => {
      const found = await find(stop)
      if ('problem' in found && found.problem !== said) {
        log({ event: 'warning', message: `the certificate stays as it was: ${found.problem}` })
      }
      said = 'problem' in found ? found.problem : undefined
      if (!('problem' in found)) await serve(found)
    })
  }
  const watch = await ports.watchPaths(listFiles(directory), wake, (message) => log({ event: 'warning', message }))
  wake()
  await new Promise<void>((resolve) => (stop.aborted ? resolve() : stop.addEventListener('abort', () => resolve())))
  await watch.close()
  await looking
  return undefined
}
