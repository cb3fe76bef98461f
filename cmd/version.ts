/** `podorder version` on the command line. */
import type { Command } from 'commander'
import { version } from '../src/base/version.ts'
import { writeOut } from './terminal.ts'

const EXAMPLES = `
Examples:
  podorder version
  podorder version --json | jq -r .version`

/** @param end takes the exit code */
export function addVersion(program: Command, end: (code: number) => void): void {
  program
    .command('version')
    .description('print the version and the runtime')
    .option('--json', 'print one line of JSON')
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json = false }: { json?: boolean }) => {
      const { versions, platform, arch } = process
      const runtime =
        versions['bun'] === undefined
          ? { name: 'node', version: versions.node }
          : { name: 'bun', version: versions['bun'] }
      const facts = { version, runtime, platform, arch }
      const text = `podorder ${version} (${runtime.name} ${runtime.version}, ${platform} ${arch})`
      await writeOut(`${json ? JSON.stringify(facts) : text}\n`)
      end(0)
    })
}
