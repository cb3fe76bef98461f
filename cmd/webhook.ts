/** `podorder webhook` on the command line. */
import { WEBHOOK_NAME } from '../src/pod/own.ts'
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Signals } from '../src/child/signals.io.ts'
import type { WebhookOptions, WebhookPorts } from '../src/webhook/webhook.ts'
import { escapeControls } from '../src/base/escape.ts'
import { createWeighedMap } from '../src/base/weighed-map.ts'
import { connect } from './connection.ts'
import { addLookupOptions, type GivenLookup, openLookup } from './image-lookup.ts'
import { addRewriteOptions, type GivenRewrite, readRewrite } from './rewrite-options.ts'

const EXAMPLES = `
Examples:
  podorder webhook                  in a pod: makes and renews its certificate
  podorder webhook --cert-dir /tls  with tls.crt and tls.key of cert-manager
  podorder webhook --kubeconfig ~/.kube/config --namespace podorder`

/** Options as commander returns them: a switch that was not given is absent. */
interface Given extends GivenLookup, GivenRewrite {
  readonly port: number
  readonly healthPort: number
  readonly certDir?: string
  readonly service: string
  readonly namespace?: string
  readonly secret: string
  readonly configuration: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly onLookupFailure: WebhookOptions['onLookupFailure']
}

/** The longest annotation that is not plain YAML, in characters: the worst case takes some 50 ms. */
const MOST_ODD_YAML = 16_384

/** Below the API server's default timeout of 10 s, with time for the rest of the work. */
export const WEBHOOK_LOOKUP_MS = 7000

/** @param end takes the exit code */
export function addWebhook(program: Command, signals: Signals, end: (code: number) => void): void {
  const command = program
    .command('webhook')
    .description('rewrite the pods of a cluster when they are created')
    .optionsGroup('Where it listens:')
    .option('--port <port>', 'HTTPS port for the API server', readPort, 8443)
    .option('--health-port <port>', 'port of /healthz, /readyz, /metrics', readPort, 8080)
    .helpOption('-h, --help', 'print this page')
    .optionsGroup('Its certificate:')
    .option('--cert-dir <dir>', 'directory of tls.crt and tls.key; without it the webhook makes its own')
    .option('--service <name>', 'name of its Service', WEBHOOK_NAME)
    .option('--secret <name>', 'Secret of its own certificate', 'podorder-webhook-tls')
    .option('-n, --namespace <name>', 'namespace of both (default: its own)')
    .option('--configuration <name>', 'its MutatingWebhookConfiguration', 'podorder')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, or the ServiceAccount')
    .option('--context <name>', 'context of the kubeconfig')
    .optionsGroup('How pods are rewritten:')
    .addOption(
      new Option('--on-lookup-failure <how>', 'what to do with pods whose image command is unknown')
        .choices(['deny', 'allow'])
        .default('deny'),
    )
  addLookupOptions(addRewriteOptions(command), WEBHOOK_LOOKUP_MS)
    .addHelpText('after', EXAMPLES)
    .action(async (given: Given) => end(await webhook(given, signals)))
}

async function webhook(given: Given, signals: Signals): Promise<number> {
  const { onLookupFailure, port, healthPort, certDir, service } = given
  // In memory, because the pod's file system is read-only. Entries are keyed by the registry's digest, so they do not get stale.
  const findCommands = await openLookup(given, openMemory())
  if (typeof findCommands === 'string') return misuse(findCommands)
  const found = certDir === undefined ? await findCluster(given) : undefined
  if (found !== undefined && 'problem' in found) return misuse(found.problem)
  const { runWebhook } = await import('../src/webhook/webhook.ts')
  return runWebhook(
    {
      ...{ port, healthPort, certDir, service, onLookupFailure, namespace: found?.namespace ?? '' },
      rewrite: readRewrite(given),
    },
    { ...(await openPorts(signals)), findCommands, cluster: found?.cluster },
  )
}

async function findCluster(given: Given) {
  const { openCluster } = await import('../src/webhook/cluster.ts')
  const kube = await connect({ kubeconfig: given.kubeconfig, context: given.context })
  if ('problem' in kube) return { problem: `${kube.problem}, or --cert-dir with a certificate of your own` }
  const namespace = given.namespace ?? kube.namespace
  const names = { namespace, secret: given.secret, configuration: given.configuration }
  return { namespace, cluster: openCluster(kube, names) }
}

async function openPorts(signals: Signals): Promise<Omit<WebhookPorts, 'findCommands' | 'cluster'>> {
  const { serveSecurely } = await import('../src/webhook/secure.io.ts')
  const { servePlainly } = await import('../src/webhook/plain.io.ts')
  const { findMisfit, makeCredentials, readCredentials } = await import('../src/webhook/make-certificate.io.ts')
  const { readNested } = await import('../src/manifest/yaml.io.ts')
  const { readManifestFile } = await import('../src/cli/disk.io.ts')
  const { watchPaths } = await import('../src/flags/watch.io.ts')
  const { createLog } = await import('../src/base/log.io.ts')
  const { nodeFiles } = await import('../src/base/files-node.io.ts')
  return {
    ...{ serveSecurely, servePlainly, makeCredentials, readCredentials, findMisfit, watchPaths, signals },
    parse: (scalar) => withoutStacks(() => readNested(scalar, MOST_ODD_YAML)),
    readFile: readManifestFile,
    log: createLog(nodeFiles, { format: 'json', quiet: false, name: undefined }),
    now: () => Date.now(),
    clock: () => performance.now(),
    rest: () => new Promise((resolve) => void setImmediate(resolve)),
  }
}

/** Few clusters have more images. A record has some KiB, but a registry may send longer ones. */
const REMEMBERED = { entries: 500, bytes: 8 * 1024 * 1024, entryBytes: 256 * 1024 }

function openMemory() {
  const records = createWeighedMap<string>(REMEMBERED)
  return {
    read: (digest: string) => Promise.resolve(records.get(digest)),
    write(digest: string, record: string) {
      records.set(digest, record, 2 * (digest.length + record.length))
      return Promise.resolve()
    },
  }
}

/** Reading YAML with thousands of errors takes twice as long if each error collects a stack trace. */
function withoutStacks<Result>(read: () => Result): Result {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return read()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function misuse(problem: string): number {
  process.stderr.write(`podorder: ${escapeControls(problem)}\n`)
  return CODE_MISUSE
}

/** 0: the system chooses the port, and the log shows it. */
function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Give a port, such as 8443.')
}
