/** `podorder check` on the command line. */
import { type Command, Option } from 'commander'
import type { Format } from '../src/commands/check.ts'
import { describeSystemError } from '../src/core/entrypoint/files.ts'
import { DEFAULT_ROOT } from '../src/core/rewrite/own.ts'
import { addLookupOptions, collect, type GivenLookup, openLookup } from './image-lookup.ts'
import { cacheDirectory, readRoot } from './inject.ts'
import { addRewriteOptions, type GivenRewrite, readRewrite } from './rewrite-options.ts'
import { openTerminal, writeOut } from './terminal.ts'

const CODE_MISUSE = 2
const LOOKUP_TIMEOUT_MS = 30_000

const FORMATS: readonly Format[] = ['text', 'json', 'sarif']

const EXAMPLES = `
Exit code: 0 nothing is wrong, 1 there are errors, 2 it could not be looked at.

Examples:
  podorder check -f app.yaml
  helm template . | podorder check --strict -
  podorder check -R manifests/ --offline --format sarif > check.sarif`

/** As commander hands them over: a switch that was not given is not there. */
interface Given extends GivenLookup, GivenRewrite {
  readonly filename: readonly string[]
  readonly recursive?: boolean
  readonly only: readonly string[]
  readonly format: Format
  readonly strict?: boolean
  readonly rules?: boolean
  readonly root: string
}

/** @param end takes the exit code */
export function addCheck(program: Command, end: (code: number) => void): void {
  const command = program
    .command('check')
    .description('find what inject, or the cluster, would refuse')
    .argument('[files...]')
    .option('-f, --filename <manifest>', 'a file, a directory or - for stdin; repeatable', collect, [])
    .option('-R, --recursive', 'directories of directories too')
    .option('--only <KIND/NAME>', 'this pod or workload only; repeatable', collect, [])
    .addOption(new Option('--format <name>', 'of what is found').choices(FORMATS).default('text'))
    .option('--strict', 'warnings fail too')
    .option('--rules', 'print what is looked at')
    .helpOption('-h, --help', 'print this page')
  addRewriteOptions(command.optionsGroup('As inject will be called:')).addOption(
    new Option('--root <path>', "where containers see podorder's volumes").argParser(readRoot).default(DEFAULT_ROOT),
  )
  addLookupOptions(command, LOOKUP_TIMEOUT_MS)
    .addHelpText('after', EXAMPLES)
    .action(async (files: readonly string[], given: Given) => end(await check(files, given)))
}

async function check(files: readonly string[], given: Given): Promise<number> {
  const { filename, recursive = false, only, format, strict = false, rules = false } = given
  const terminal = { ...openTerminal(), write: writeOut }
  const misuse = (problem: string): number => {
    terminal.complain(`podorder: ${problem}`)
    return CODE_MISUSE
  }
  if (rules) {
    const { formatRules } = await import('../src/core/check/rules.ts')
    await terminal.write(formatRules())
    return 0
  }
  const paths = [...filename, ...files]
  if (paths.length === 0) return misuse('no manifest; give one with -f FILE, or -f - for stdin')
  const { openImageCache } = await import('../src/adapters/image-cache.ts')
  const findCommands = await openLookup(given, openImageCache(cacheDirectory()))
  if (typeof findCommands === 'string') return misuse(findCommands)
  const { readManifest, readNested, readValues } = await import('../src/adapters/yaml.ts')
  const { checkManifests } = await import('../src/commands/check.ts')
  return checkManifests(
    { paths, recursive, only, format, strict, rewrite: { ...readRewrite(given), root: given.root } },
    {
      yaml: { read: readManifest, readNested, readValues },
      disk: await import('../src/adapters/workspace.ts'),
      terminal,
      findCommands,
      describeError: describeSystemError,
    },
  )
}
