/** `podorder controller` on the command line. */
import { CONTROLLER_NAME } from '../src/pod/own.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { hostname } from 'node:os'
import type { Signals } from '../src/child/signals.io.ts'
import { readLabel } from './cluster.ts'
import { connect } from './connection.ts'

const EXAMPLES = `
Examples:
  podorder controller                       in a pod, by its ServiceAccount
  podorder controller --leader-elect=false  on a workstation, by KUBECONFIG
  podorder controller --namespace ci --tekton`

/** Options as commander returns them: a switch that was not given is absent. */
interface Given {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
  readonly tekton?: boolean
  readonly events?: boolean
  readonly qps: number
  readonly burst: number
  readonly port: number
  readonly leaderElect: 'true' | 'false'
  readonly leaseNamespace?: string
  readonly leaseName: string
  readonly identity?: string
}

/** @param end takes the exit code */
export function addController(program: Command, signals: Signals, end: (code: number) => void): void {
  program
    .command('controller')
    .description('annotate pods of a cluster with their ready containers')
    .option('-n, --namespace <name>', 'only pods of this namespace', readLabel)
    .option('--tekton', "annotate Tekton's pods too, once their sidecars are ready")
    .option('--events', 'write an Event for a pod that has waited for a minute')
    .option('--qps <number>', 'writes per second', readRate, 50)
    .option('--burst <number>', 'writes at once', readCount, 100)
    .option('--port <port>', 'port of /healthz, /readyz, /metrics; 0: any', readPort, 8080)
    .option('--kubeconfig <file>', 'default: KUBECONFIG, or the ServiceAccount')
    .option('--context <name>', 'context of the kubeconfig')
    .helpOption('-h, --help', 'print this page')
    .optionsGroup('Several replicas:')
    .addOption(
      new Option('--leader-elect [bool]', 'only the replica that holds the Lease writes')
        .choices(['true', 'false'])
        .default('true')
        .preset('true'),
    )
    .option('--lease-namespace <name>', 'namespace of the Lease (default: its own)', readLabel)
    .option('--lease-name <name>', 'name of the Lease', readLabel, CONTROLLER_NAME)
    .option('--identity <name>', 'identity of this replica (default: POD_NAME, or the host name)')
    .addHelpText('after', EXAMPLES)
    .action(async (given: Given) => end(await run(given, signals)))
}

async function run(given: Given, signals: Signals): Promise<number> {
  const { runController } = await import('../src/controller/controller.ts')
  const { servePlainly } = await import('../src/webhook/plain.io.ts')
  const { readNested } = await import('../src/manifest/yaml.io.ts')
  const { createLog } = await import('../src/base/log.io.ts')
  const { nodeFiles } = await import('../src/base/files-node.io.ts')
  const { tekton = false, events = false, qps, burst, port, leaderElect, leaseName } = given
  return runController(
    {
      kubeconfig: given.kubeconfig,
      context: given.context,
      namespace: given.namespace,
      tekton,
      events,
      qps,
      burst,
      port,
      leaderElect: leaderElect === 'true',
      leaseNamespace: given.leaseNamespace,
      leaseName,
      identity: given.identity || process.env['POD_NAME'] || hostname(),
    },
    {
      openKube: connect,
      // The same limit as in the webhook, which refuses longer YAML that is not plain.
      parseYaml: (scalar) => readNested(scalar, 16_384),
      servePlainly,
      signals,
      log: createLog(nodeFiles, { format: 'json', quiet: false, name: undefined }),
      clock: () => performance.now(),
      now: () => new Date(),
      chance: () => Math.random(),
    },
  )
}

function readRate(text: string): number {
  const rate = Number(text)
  if (text.trim() !== '' && rate > 0 && rate <= 100_000) return rate
  throw new InvalidArgumentError('Give a number above 0, such as 50.')
}

function readCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= 100_000) return count
  throw new InvalidArgumentError('Give a whole number from 1 on, such as 100.')
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Give a port from 0 to 65535.')
}
