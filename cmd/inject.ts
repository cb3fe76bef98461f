/** `podorder inject` and `podorder eject` on the command line. */
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import type { Command } from 'commander'
import { statSync } from 'node:fs'
import type { EjectOptions, InjectOptions } from '../src/inject/inject.ts'
import { OUTPUT_FORMATS } from '../src/inject/formats.ts'
import type { ManifestPorts } from '../src/inject/ports.ts'
import { addLookupOptions, CALL_TIMEOUT_MS, type GivenLookup, openCachedLookup } from './image-lookup.ts'
import { addManifests, type GivenManifests, openManifests, readManifests } from './manifests.ts'
import { addRewriteOptions, addRoot, type GivenRewrite, readRewrite } from './rewrite-options.ts'
import { openTerminal, writeOut } from './terminal.ts'

const INJECT_EXAMPLES = `
Examples:
  podorder inject -f app.yaml | kubectl apply -f -
  podorder inject -f manifests/ --in-place --diff
  helm template . | podorder inject -f - --image registry.example/podorder:1`

const EJECT_EXAMPLES = `
Examples:
  podorder eject -f app.yaml
  podorder eject -f manifests/ --in-place`

/** Options as commander returns them: a switch that was not given is absent. */
interface Given extends GivenManifests {
  readonly inPlace?: boolean
  readonly output?: string
  readonly diff?: boolean
}

interface GivenToInject extends Given, GivenLookup, GivenRewrite {}

/** @param end takes the exit code */
export function addInject(program: Command, end: (code: number) => void): void {
  const command = addTarget(program.command('inject').description('rewrite manifests so that pods keep their order'))
  addRoot(addRewriteOptions(command.optionsGroup('What is written into the pods:')))
  addLookupOptions(command, CALL_TIMEOUT_MS)
    .addHelpText('after', INJECT_EXAMPLES)
    .action(async (paths: readonly string[], given: GivenToInject) => end(await inject(paths, given)))
  addTarget(program.command('eject').description('undo what inject did, byte for byte'))
    .addHelpText('after', EJECT_EXAMPLES)
    .action(async (paths: readonly string[], given: Given) => end(await eject(paths, given)))
}

function addTarget(command: Command): Command {
  return addManifests(command)
    .option('-i, --in-place', 'overwrite each file')
    .option('-o, --output <path>', 'yaml or json to stdout; ./file or directory/')
    .option('--diff', 'show what changes; write only with -i or -o')
    .helpOption('-h, --help', 'print this page')
}

async function inject(paths: readonly string[], given: GivenToInject): Promise<number> {
  const target = readTarget(paths, given)
  const ports = await openPorts()
  if (typeof target === 'string') return misuse(target, ports)
  const lookup = await openCachedLookup(given)
  if (typeof lookup === 'string') return misuse(lookup, ports)
  const options: InjectOptions = { ...target, rewrite: readRewrite(given) }
  const { injectManifests } = await import('../src/inject/inject.ts')
  return injectManifests(options, { ...ports, findCommands: lookup })
}

async function eject(paths: readonly string[], given: Given): Promise<number> {
  const target = readTarget(paths, given)
  const ports = await openPorts()
  if (typeof target === 'string') return misuse(target, ports)
  const { ejectManifests } = await import('../src/inject/inject.ts')
  return ejectManifests(target, ports)
}

function readTarget(files: readonly string[], given: Given): EjectOptions | string {
  const { inPlace = false, output, diff = false } = given
  const wanted = readManifests(files, given)
  if (typeof wanted === 'string') return wanted
  if (inPlace && output !== undefined) return '--in-place and --output exclude each other; give one of them'
  const format = OUTPUT_FORMATS.find((known) => known === output)
  if (diff && format !== undefined) return `--diff and -o ${format} exclude each other; give one of them`
  if (output !== undefined && format === undefined && /^[^./]+$/.test(output) && !isDirectory(output)) {
    return `-o ${output} is not a format (yaml, json); to write a file of that name, use -o ./${output}`
  }
  if (inPlace && wanted.paths.includes('-'))
    return '--in-place cannot write to stdin; leave it out: the result goes to stdout then'
  return { ...wanted, inPlace, output: format === undefined ? output : undefined, format, diff }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function misuse(problem: string, { terminal }: ManifestPorts): number {
  terminal.complain(`podorder: ${problem}`)
  return CODE_MISUSE
}

async function openPorts(): Promise<ManifestPorts> {
  return {
    ...(await openManifests()),
    terminal: { ...openTerminal(), write: writeOut },
    diff: async (...texts) => (await import('../src/inject/diff.ts')).diffTexts(...texts),
    tidy: () => (globalThis as { Bun?: { gc(force: boolean): void } }).Bun?.gc(true),
  }
}
