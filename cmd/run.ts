/** `podorder run` on the command line. */
import type { Translated } from '../src/run/ports.ts'
import { formatDuration, LONGEST_TIMER_MS, parseDuration } from '../src/base/duration.ts'
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { existsSync, realpathSync } from 'node:fs'
import { cpus, hostname, totalmem } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLibrary } from '../src/base/libc.io.ts'
import { KUSTOMIZED } from '../src/cli/kustomized.ts'
import type { TemplateKind } from '../src/manifest/template-kinds.ts'
import type { Signals } from '../src/child/signals.io.ts'
import { DEFAULT_PACE } from '../src/run/crash-back-off.ts'
import type { RunOptions } from '../src/run/run.ts'
import { formatOf, TIMELINE_FORMATS } from '../src/picture/format.ts'
import { COMPILED } from './compiled.ts'
import { collect } from './image-lookup.ts'
import { collectTemplate } from './manifests.ts'
import { openTerminal } from './terminal.ts'

const PR_SET_CHILD_SUBREAPER = 36

const RUN_EXAMPLES = `
Examples:
  podorder run pod.yaml                   until its main containers have ended
  podorder run --timeline run.html pod.yaml  and a picture of when it did what
  helm template . | podorder run --only Deployment/shop -
`

/** Options as commander returns them: a switch that was not given is absent. */
interface GivenOptions {
  readonly filename: readonly string[]
  readonly recursive?: boolean
  readonly kustomize: readonly string[]
  readonly only: string | undefined
  readonly template: readonly TemplateKind[]
  readonly containers: readonly string[]
  readonly without: readonly string[]
  readonly envFile: readonly string[]
  readonly runtime: RunOptions['runtime']
  readonly image: string | undefined
  readonly timeScale: number
  readonly backOff: number
  readonly maxBackOff: number
  readonly output: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  readonly timeline: RunOptions['timeline']
}

/** @param end takes the exit code */
export function addRun(program: Command, signals: Signals, end: (code: number) => void): void {
  program
    .command('run')
    .description('run a pod on this machine, without a cluster')
    .argument('[files...]', 'manifests; the first pod in them is run')
    .option('-f, --filename <manifest>', 'a file, a directory or - for stdin; repeatable', collect, [])
    .option('-R, --recursive', 'read directories recursively')
    .option('-k, --kustomize <dir>', 'read what kubectl kustomize builds; repeatable', collect, [])
    .option('--only <KIND/NAME>', 'run this pod or workload of the manifest')
    .option('--template <KIND=PATH>', 'path of the pod template in another kind', collectTemplate, [])
    .option('--containers <names>', 'run only these (a,b) and what they depend on', collectNames, [])
    .option('--without <names>', 'run all containers but these (a,b)', collectNames, [])
    .option('--env-file <file>', 'read variables for all containers; repeatable', collect, [])
    .addOption(
      new Option('--runtime <name>', 'what runs the containers').choices(['process', 'podman']).default('process'),
    )
    .option('--image <image>', "podorder's own image, for --runtime podman")
    .option('--time-scale <factor>', 'scale back-offs, the deadline and probe times', readFactor, 1)
    .addOption(
      new Option('--back-off <duration>', 'delay of the second restart, then doubled')
        .argParser(readDelay)
        .default(DEFAULT_PACE.firstMs, formatDuration(DEFAULT_PACE.firstMs)),
    )
    .addOption(
      new Option('--max-back-off <duration>', 'longest delay of a restart')
        .argParser(readDelay)
        .default(DEFAULT_PACE.longestMs, formatDuration(DEFAULT_PACE.longestMs)),
    )
    .option('--json', 'print one JSON event per line')
    .option('--no-output', "do not print the containers' output")
    .option('-q, --quiet', 'print the closing table only')
    .option('--timeline <file>', 'write a picture of the run: .html, .svg, .json', readPicture)
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (files: readonly string[], given: GivenOptions) => {
      const {
        only,
        template: templates,
        containers,
        without,
        envFile: envFiles,
        runtime,
        image,
        output,
        timeline,
      } = given
      const backOff = { firstMs: given.backOff, longestMs: given.maxBackOff, scale: given.timeScale }
      const { json = false, quiet = false } = given
      const selection = { containers, without }
      const manifests = [...given.filename, ...files, ...given.kustomize.map((directory) => KUSTOMIZED + directory)]
      if (manifests.length === 0) {
        openTerminal().complain('podorder: no manifest; give a file, or - for stdin')
        return end(CODE_MISUSE)
      }
      const chosen = { manifests, recursive: given.recursive ?? false, only, templates, selection, envFiles }
      end(await run({ ...chosen, runtime, image, backOff, output, json, quiet, timeline }, signals))
    })
}

function collectNames(text: string, before: readonly string[]): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => name === '')) throw new InvalidArgumentError('Give names of containers, such as db,web.')
  return [...before, ...names.filter((name) => name !== '')]
}

function readPicture(path: string): NonNullable<RunOptions['timeline']> {
  const format = formatOf(path, TIMELINE_FORMATS)
  if (format !== undefined && format !== 'text') return { path, format }
  throw new InvalidArgumentError('Give a file that ends with .html, .svg or .json.')
}

function readDelay(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= 0 && ms <= LONGEST_TIMER_MS) return ms
  throw new InvalidArgumentError('Give a duration such as 1s or 5m.')
}

function readFactor(text: string): number {
  const factor = Number(text)
  if (text.trim() !== '' && factor > 0 && factor <= 1000) return factor
  throw new InvalidArgumentError('Give a number above 0 and up to 1000, such as 0.1.')
}

async function run(options: RunOptions, signals: Signals): Promise<number> {
  const { runManifest } = await import('../src/run/run.ts')
  const { createProcesses } = await import('../src/run/processes.io.ts')
  const { createProber } = await import('../src/probe/prober.io.ts')
  const disk = await import('../src/cli/disk.io.ts')
  const { withKustomize } = await import('../src/cli/kustomize.io.ts')
  const { nodeFiles } = await import('../src/base/files-node.io.ts')
  const { readFlagFile } = await import('../src/flags/flag-files.ts')
  const terminal = openTerminal()
  const entrypoint = findEntrypoint()
  if (entrypoint === undefined) {
    terminal.complain(
      `podorder: there is no entrypoint at ${process.env['PODORDER_ENTRYPOINT']}; correct PODORDER_ENTRYPOINT`,
    )
    return CODE_MISUSE
  }
  if (options.runtime === 'process') {
    // Processes that a container's first process leaves behind become our children, and are killed at the end.
    const library = await openLibrary()
    library?.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
  }
  return runManifest(options, {
    signals,
    disk: { ...withKustomize(disk), readFlag: (path) => readFlagFile(path, nodeFiles) },
    processes: createProcesses(),
    findPortOwners: async (ports) => (await import('../src/run/port-owners.io.ts')).findPortOwners(ports),
    prober: createProber(),
    podman: async (words, given) => (await import('../src/run/podman-play.io.ts')).callPodman(words, given),
    watchDirectories: async (paths, wake, warn) =>
      (await import('../src/flags/watch.io.ts')).watchDirectories(paths, wake, warn),
    terminal,
    translate: async (path, text) => translate(path, text, options.runtime),
    machine: { hostName: hostname(), cores: cpus().length, memoryBytes: totalmem() },
    user: readUser(),
    env: process.env,
    cwd: process.cwd(),
    entrypoint,
    makeUid: () => crypto.randomUUID(),
    now: () => Date.now(),
    clock: () => performance.now(),
    suspend: () => process.kill(process.pid, 'SIGSTOP'),
  })
}

/** Whether a file may be a compose file, an ECS task or a Cloud Run service; this avoids parsing a manifest twice. */
const FOREIGN = /^(?:services|include):|^\[|"containerDefinitions"|(?:serving\.knative\.dev|run\.googleapis\.com)\/v1/m

async function translate(path: string, text: string, runtime: RunOptions['runtime']): Promise<Translated | undefined> {
  if (!FOREIGN.test(text)) return undefined
  const { openImport } = await import('./import.ts')
  const { translateFile } = await import('../src/import/import.ts')
  // A process gets copies of mounted directories; a container mounts the directories themselves.
  return translateFile(path, text, runtime === 'podman' ? 'local' : 'empty', await openImport())
}

function readUser(): { readonly uid: number; readonly gid: number } | undefined {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

/** The command that starts the entrypoint: the executable next to this one; on Node (or Bun, from source) the script next to this one. */
function findEntrypoint(): readonly string[] | undefined {
  const given = process.env['PODORDER_ENTRYPOINT']
  if (given !== undefined && given !== '') return existsSync(given) ? [realpathSync(given)] : undefined
  if (COMPILED) return [join(dirname(process.execPath), 'entrypoint')]
  const script = fileURLToPath(import.meta.url)
  return [process.execPath, join(dirname(script), `entrypoint${extname(script)}`)]
}
