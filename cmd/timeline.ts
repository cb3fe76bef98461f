/** `podorder timeline` on the command line. */
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { LEAST_WIDTH, TIMELINE_FORMATS, type TimelineFormat } from '../src/picture/format.ts'
import { readMoment } from './moment.ts'
import { openTerminal, writeOut } from './terminal.ts'

const MOST_WIDTH = 1000

const EXAMPLES = `
It reads what podorder run --json has printed, what kubectl says of a pod, a run
directory (/podorder/run of a pod), or what --format json has written.

Examples:
  podorder run --json pod.yaml | podorder timeline
  podorder timeline run.jsonl -o run.html
  kubectl get pod app -o json | podorder timeline
  kubectl get pod app -o json --watch --show-managed-fields | podorder timeline
`

interface Given {
  readonly format?: TimelineFormat
  readonly output?: string
  readonly now?: number
  readonly width?: number
}

/** @param end takes the exit code */
export function addTimeline(program: Command, end: (code: number) => void): void {
  program
    .command('timeline')
    .description('show what happened when in a pod, and who waited for whom')
    .argument('[file]', 'what tells of the pod: a file, a run directory, or - for stdin')
    .addOption(new Option('--format <name>', 'as FILE ends; else text').choices(TIMELINE_FORMATS))
    .option('-o, --output <file>', 'write there, instead of to stdout')
    .option('--now <time>', 'as of when, for a pod that was recorded: 2026-03-01T12:00:00Z', readMoment)
    .option('--width <columns>', 'of the text; else as wide as the terminal', readWidth)
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string | undefined, given: Given) => end(await show(path, given)))
}

function readWidth(text: string): number {
  const width = Number(text)
  if (/^\d+$/.test(text) && width >= LEAST_WIDTH && width <= MOST_WIDTH) return width
  throw new InvalidArgumentError(`Give a number from ${LEAST_WIDTH} to ${MOST_WIDTH}.`)
}

async function show(path: string | undefined, { format, output, now, width }: Given): Promise<number> {
  const terminal = openTerminal()
  if (path === undefined && process.stdin.isTTY) {
    terminal.complain('podorder: nothing tells of a pod; give a file, a run directory, or pipe it in')
    return CODE_MISUSE
  }
  // The first Ctrl-C goes to whatever is piped in too, and ends it: then what has come is drawn.
  if ((path ?? '-') === '-' && !process.stdin.isTTY) process.once('SIGINT', () => {})
  const { showTimeline } = await import('../src/timeline/timeline-command.ts')
  const { openTimelinePorts } = await import('./timeline-ports.ts')
  return showTimeline(
    { path: path ?? '-', format, output, nowMs: now, width },
    {
      ...(await openTimelinePorts()),
      terminal: { ...terminal, write: writeOut },
      disk: await import('../src/cli/disk.io.ts'),
    },
  )
}
