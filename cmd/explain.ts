/** `podorder explain` on the command line. */
import { type Command, Option } from 'commander'
import { readMoment } from './moment.ts'
import { openTerminal, writeOut } from './terminal.ts'

const EXAMPLES = `
Root causes come first, then what they cause; a line that begins with > is what
to do, or what to ask kubectl. Of a pod that is there several times, as kubectl
get --watch prints it, the last state is told. Exit code: 0 when told, 2 for bad
input.

Examples:
  kubectl get pod shop -o json | podorder explain -
  kubectl get pods -l app=shop -o yaml | podorder explain -
  podorder explain pod.json --now 2026-03-01T12:00:00Z
`

interface Given {
  readonly format: 'text' | 'json'
  readonly now?: number
}

/** @param end takes the exit code */
export function addExplain(program: Command, end: (code: number) => void): void {
  program
    .command('explain')
    .description('tell why a pod hangs, or how it ended')
    .argument('<pod>', 'a file with one pod or several, as kubectl get -o json or yaml prints them; - for stdin')
    .addOption(new Option('--format <format>', 'for people, or for programs').choices(['text', 'json']).default('text'))
    .option('--now <time>', 'as of when, for a pod that was recorded: 2026-03-01T12:00:00Z', readMoment)
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, given: Given) => end(await explain(path, given)))
}

async function explain(path: string, { format, now = Date.now() }: Given): Promise<number> {
  const { readManifest, readNested, readValues } = await import('../src/manifest/yaml.io.ts')
  const { explainPods } = await import('../src/explain/explain-command.ts')
  return explainPods(
    { path, format, nowMs: now },
    {
      yaml: { read: readManifest, readNested, readValues },
      disk: await import('../src/cli/disk.io.ts'),
      terminal: { ...openTerminal(), write: writeOut },
    },
  )
}
