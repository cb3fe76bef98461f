/** `podorder inject` and `podorder eject` on the command line. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { EjectOptions, InjectOptions } from '../src/commands/inject.ts'
import type { ManifestPorts } from '../src/commands/inject/ports.ts'
import { describeSystemError } from '../src/core/entrypoint/files.ts'
import { DEFAULT_ROOT } from '../src/core/rewrite/own.ts'
import { addLookupOptions, collect, type GivenLookup, openLookup } from './image-lookup.ts'
import { addRewriteOptions, type GivenRewrite, readRewrite } from './rewrite-options.ts'
import { openTerminal, writeOut } from './terminal.ts'

const CODE_MISUSE = 2
/** For all images of a call together. */
export const LOOKUP_TIMEOUT_MS = 30_000

const INJECT_EXAMPLES = `
Examples:
  podorder inject -f app.yaml | kubectl apply -f -
  podorder inject -f manifests/ --in-place --diff
  helm template . | podorder inject -f - --image registry.example/podorder:1`

const EJECT_EXAMPLES = `
Examples:
  podorder eject -f app.yaml
  podorder eject -f manifests/ --in-place`

/** As commander hands them over: a switch that was not given is not there. */
interface Given {
  readonly filename: readonly string[]
  readonly recursive?: boolean
  readonly inPlace?: boolean
  readonly output?: string
  readonly diff?: boolean
  readonly only: readonly string[]
}

interface GivenToInject extends Given, GivenLookup, GivenRewrite {
  readonly root: string
}

/** @param end takes the exit code */
export function addInject(program: Command, end: (code: number) => void): void {
  const command = addTarget(program.command('inject').description('rewrite manifests so that pods keep their order'))
  addRewriteOptions(command.optionsGroup('What is written into the pods:')).addOption(
    new Option('--root <path>', "where podorder's volumes are").argParser(readRoot).default(DEFAULT_ROOT),
  )
  addLookupOptions(command, LOOKUP_TIMEOUT_MS)
    .addHelpText('after', INJECT_EXAMPLES)
    .action(async (paths: readonly string[], given: GivenToInject) => end(await inject(paths, given)))
  addTarget(program.command('eject').description('undo what inject did, byte for byte'))
    .addHelpText('after', EJECT_EXAMPLES)
    .action(async (paths: readonly string[], given: Given) => end(await eject(paths, given)))
}

function addTarget(command: Command): Command {
  return command
    .argument('[files...]')
    .option('-f, --filename <manifest>', 'a file, a directory or - for stdin; repeatable', collect, [])
    .option('-R, --recursive', 'directories of directories too')
    .option('-i, --in-place', 'write each file where it came from')
    .option('-o, --output <path>', 'write to a file, or to a directory/')
    .option('--diff', 'show what changes; write only with -i or -o')
    .option('--only <KIND/NAME>', 'this pod or workload only; repeatable', collect, [])
    .helpOption('-h, --help', 'print this page')
}

async function inject(paths: readonly string[], given: GivenToInject): Promise<number> {
  const target = readTarget(paths, given)
  const ports = await openPorts()
  if (typeof target === 'string') return misuse(target, ports)
  const { openImageCache } = await import('../src/adapters/image-cache.ts')
  const lookup = await openLookup(given, openImageCache(cacheDirectory()))
  if (typeof lookup === 'string') return misuse(lookup, ports)
  const options: InjectOptions = { ...target, rewrite: { ...readRewrite(given), root: given.root } }
  const { injectManifests } = await import('../src/commands/inject.ts')
  return injectManifests(options, { ...ports, findCommands: lookup })
}

async function eject(paths: readonly string[], given: Given): Promise<number> {
  const target = readTarget(paths, given)
  const ports = await openPorts()
  if (typeof target === 'string') return misuse(target, ports)
  const { ejectManifests } = await import('../src/commands/inject.ts')
  return ejectManifests(target, ports)
}

function readTarget(files: readonly string[], given: Given): EjectOptions | string {
  const { filename, recursive = false, inPlace = false, output, diff = false, only } = given
  const paths = [...filename, ...files]
  if (paths.length === 0) return 'no manifest; give one with -f FILE, or -f - for stdin'
  if (inPlace && output !== undefined) return '--in-place and --output exclude each other; give one of them'
  return { paths, recursive, inPlace, output, diff, only }
}

function misuse(problem: string, { terminal }: ManifestPorts): number {
  terminal.complain(`podorder: ${problem}`)
  return CODE_MISUSE
}

async function openPorts(): Promise<ManifestPorts> {
  const { readManifest, readNested, readValues } = await import('../src/adapters/yaml.ts')
  return {
    yaml: { read: readManifest, readNested, readValues },
    disk: await import('../src/adapters/workspace.ts'),
    terminal: { ...openTerminal(), write: writeOut },
    diff: async (...texts) => (await import('../src/adapters/diff.ts')).diffTexts(...texts),
    describeError: describeSystemError,
  }
}

export function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'podorder')
}

export function readRoot(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const usual = /^\/[^:$,=]+$/.test(path) && parts.length > 0 && !parts.includes('..')
  if (!usual) throw new InvalidArgumentError('Give an absolute path, such as /podorder, without : $ , = in it.')
  return `/${parts.join('/')}`
}
