/** `podorder import` on the command line. */
import { type Command, Option } from 'commander'
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import type { ImportPorts } from '../src/import/ports.ts'
import { IMPORT_KINDS, type ImportKind } from '../src/import/write-draft.ts'
import { collect } from './image-lookup.ts'
import { openTerminal, writeOut } from './terminal.ts'

const IMPORT_EXAMPLES = `
Examples:
  podorder import compose.yaml | podorder inject -f - | kubectl apply -f -
  podorder import compose.yaml compose.prod.yaml --kind Deployment -o shop.yaml
  podorder import task-definition.json
  podorder run compose.yaml`

/** Options as commander returns them: a switch that was not given is absent. */
interface Given {
  readonly filename: readonly string[]
  readonly kind: ImportKind
  readonly name?: string
  readonly profile: readonly string[]
  readonly volumes: 'claims' | 'empty'
  readonly strict?: boolean
  readonly output?: string
}

/** @param end takes the exit code */
export function addImport(program: Command, end: (code: number) => void): void {
  program
    .command('import')
    .description('turn a compose, ECS or Cloud Run file into a pod')
    .argument('[files...]', 'compose files, an ECS task definition or a Cloud Run YAML')
    .option('-f, --filename <file>', 'such a file, or - for stdin; repeatable', collect, [])
    .addOption(new Option('--kind <kind>', 'kind of the object to write').choices(IMPORT_KINDS).default('Pod'))
    .option('--name <name>', 'name of the pod or workload (default: that of the file)')
    .option('--profile <name>', 'include the services of this profile; repeatable', collect, [])
    .addOption(
      new Option('--volumes <how>', 'named volumes become claims or empty directories')
        .choices(['claims', 'empty'])
        .default('claims'),
    )
    .option('--strict', 'fail on what a pod cannot have')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', IMPORT_EXAMPLES)
    .action(async (files: readonly string[], given: Given) => end(await importThem(files, given)))
}

async function importThem(files: readonly string[], given: Given): Promise<number> {
  const paths = [...given.filename, ...files]
  const { kind, name, profile, volumes, strict = false, output } = given
  const ports = await openImport()
  if (paths.length === 0) {
    ports.terminal.complain(
      'podorder: no file; give a compose file, an ECS task definition or a Cloud Run YAML, or - for stdin',
    )
    return CODE_MISUSE
  }
  const { importFiles } = await import('../src/import/import.ts')
  return importFiles({ paths, kind, name, profiles: profile, volumes, strict, output }, ports)
}

/** Also used by `podorder run`, which accepts the same files. */
export async function openImport(): Promise<ImportPorts> {
  const { readManifestFile, directoryOf, replaceFile } = await import('../src/cli/disk.io.ts')
  const { lookAtPath, resolvePath } = await import('../src/import/import-disk.io.ts')
  return {
    disk: { readManifestFile, directoryOf, replaceFile, lookAtPath, resolvePath },
    cwd: process.cwd(),
    env: process.env,
    terminal: { ...openTerminal(), write: writeOut },
  }
}
