#!/usr/bin/env node
/** The workstation's CLI. Each command loads what it needs when it is called. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { existsSync, realpathSync } from 'node:fs'
import { cpus, hostname, totalmem } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Signals, takeSignals } from '../src/adapters/signals.ts'
import { openLibrary } from '../src/adapters/posix/library.ts'
import type { RunOptions } from '../src/commands/run.ts'
import { describeSystemError } from '../src/core/files.ts'
import { version } from '../src/core/version.ts'
import { addController } from './controller.ts'
import { addInject } from './inject.ts'
import { openTerminal } from './terminal.ts'
import { addWebhook } from './webhook.ts'

const CODE_MISUSE = 2
const PR_SET_CHILD_SUBREAPER = 36
/** Bun's executables keep their sources in a file system of their own. */
const COMPILED = import.meta.url.includes('/$bunfs/')

const EXAMPLES = `
Examples:
  podorder run pod.yaml
  podorder inject -f app.yaml | kubectl apply -f -
  kubectl podorder inject -f app.yaml --diff
`

const RUN_EXAMPLES = `
Examples:
  podorder run pod.yaml                     until its main containers have ended, or Ctrl-C
  podorder run --runtime podman pod.yaml    the same in real containers
  podorder run --time-scale 0.1 pod.yaml    with back-offs of 1 s, 2 s, 4 s instead of 10 s, 20 s, 40 s
  helm template . | podorder run --only Deployment/shop -
`

/** As commander hands them over: a switch that was not given is not there. */
interface GivenOptions {
  readonly only: string | undefined
  readonly runtime: RunOptions['runtime']
  readonly image: string | undefined
  readonly timeScale: number
  readonly output: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

/** @param argv without the program's own name */
export async function runPodorder(argv: readonly string[], signals: Signals): Promise<number> {
  let code = 0
  const program = new Command('podorder')
    .description('Starts the containers of a Kubernetes pod in the order they need, and stops them in reverse.')
    .version(`podorder ${version}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this page')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`podorder: ${inOneLine(text)}\n`) })
    .addHelpText('after', EXAMPLES)
  program
    .command('run')
    .description('run a pod on this machine, without a cluster')
    .argument('<pod.yaml>', 'a manifest, or - for stdin; its first pod is run')
    .option('--only <KIND/NAME>', 'run this one of several')
    .option('--runtime <name>', 'process or podman', readRuntime, 'process')
    .option('--image <image>', "podorder's own, where podman needs it")
    .option('--time-scale <factor>', 'for back-offs, the deadline and probes', readFactor, 1)
    .option('--json', 'print one JSON event per line')
    .option('--no-output', "do not print the containers' output")
    .option('-q, --quiet', 'print the closing table only')
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (manifest: string, given: GivenOptions) => {
      const { only, runtime, image, timeScale, output, json = false, quiet = false } = given
      code = await run({ manifest, only, runtime, image, timeScale, output, json, quiet }, signals)
    })
  const end = (ended: number): void => {
    code = ended
  }
  addInject(program, end)
  addWebhook(program, signals, end)
  addController(program, signals, end)
  program
    .command('rbac')
    .description('print the least Role for waiting')
    .argument('<targets...>', 'pod/NAME, job/NAME, service/NAME; KIND/NAMESPACE/NAME; KIND/-lSELECTOR')
    .option('-n, --namespace <name>', 'of targets that name none, and of the ServiceAccount', 'default')
    .option('--service-account <name>', 'that waits', 'default')
    .helpOption('-h, --help', 'print this page')
    .action(async (targets: readonly string[], given: { namespace: string; serviceAccount: string }) => {
      const { writeRbac } = await import('../src/commands/rbac.ts')
      const written = writeRbac(targets, given)
      code = written.code
      if (code === 0) process.stdout.write(written.text)
      else process.stderr.write(`podorder: ${written.text}\n`)
    })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : CODE_MISUSE
  }
}

/** commander's own words, `error: unknown option '--jsn'` and below it `(Did you mean --json?)`. */
function inOneLine(text: string): string {
  const [problem = '', proposal] = text
    .trim()
    .replace(/^error: /, '')
    .split('\n')
  // Our own words end in a full stop, and say what to do.
  if (problem.endsWith('.')) return problem.slice(0, -1)
  if (proposal === undefined) return `${problem} (podorder --help lists what there is)`
  return `${problem}; ${proposal.replace(/^\(D(.*)\)$/, 'd$1')}`
}

function readRuntime(name: string): RunOptions['runtime'] {
  if (name === 'process' || name === 'podman') return name
  throw new InvalidArgumentError('Use process or podman.')
}

function readFactor(text: string): number {
  const factor = Number(text)
  if (text.trim() !== '' && factor > 0 && factor <= 1000) return factor
  throw new InvalidArgumentError('Give a number above 0, such as 0.1.')
}

async function run(options: RunOptions, signals: Signals): Promise<number> {
  const { runManifest } = await import('../src/commands/run.ts')
  const { readManifest, readNested } = await import('../src/adapters/yaml.ts')
  const { createProcesses } = await import('../src/adapters/process.ts')
  const { createProber } = await import('../src/adapters/prober/prober.ts')
  const disk = await import('../src/adapters/workspace.ts')
  const terminal = openTerminal()
  const entrypoint = findEntrypoint()
  if (entrypoint === undefined) {
    terminal.complain(
      `podorder: there is no entrypoint at ${process.env['PODORDER_ENTRYPOINT']}; correct PODORDER_ENTRYPOINT`,
    )
    return CODE_MISUSE
  }
  if (options.runtime === 'process') {
    // What a container's first process leaves behind comes to us then, and is swept up at the end.
    const library = await openLibrary()
    library?.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
  }
  return runManifest(options, {
    signals,
    disk,
    yaml: { read: readManifest, readNested },
    processes: createProcesses(),
    prober: createProber(),
    podman: async (words, given) => (await import('../src/adapters/podman.ts')).callPodman(words, given),
    watchDirectories: async (paths, wake, warn) =>
      (await import('../src/adapters/watch.ts')).watchDirectories(paths, wake, warn),
    terminal,
    machine: { hostName: hostname(), cores: cpus().length, memoryBytes: totalmem() },
    env: process.env,
    cwd: process.cwd(),
    entrypoint,
    makeUid: () => crypto.randomUUID(),
    now: () => Date.now(),
    clock: () => performance.now(),
    describeError: describeSystemError,
    suspend: () => process.kill(process.pid, 'SIGSTOP'),
  })
}

/** How to start the entrypoint: the executable beside this one, or on Node (or Bun, from source) the script beside this. */
function findEntrypoint(): readonly string[] | undefined {
  const given = process.env['PODORDER_ENTRYPOINT']
  if (given !== undefined && given !== '') return existsSync(given) ? [realpathSync(given)] : undefined
  if (COMPILED) return [join(dirname(process.execPath), 'entrypoint')]
  const script = fileURLToPath(import.meta.url)
  return [process.execPath, join(dirname(script), `entrypoint${extname(script)}`)]
}

/** Run as a program of its own (`npx podorder`), rather than by cmd/entrypoint.ts under another name. */
function isProgram(): boolean {
  const [, script] = process.argv
  return !COMPILED && script !== undefined && realpathSync(script) === realpathSync(fileURLToPath(import.meta.url))
}

if (isProgram()) process.exit(await runPodorder(process.argv.slice(2), takeSignals()))
