/** `podorder timeline` on the command line. */
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import { addClusterOptions, bothGiven, type GivenCluster, meansCluster, openCluster, takeInterrupt } from './cluster.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { LEAST_WIDTH, TIMELINE_FORMATS, type TimelineFormat } from '../src/picture/format.ts'
import type { ReadTimeline } from '../src/timeline/timeline-command.ts'
import { readMoment } from './moment.ts'
import { openTerminal, writeOut } from './terminal.ts'

const MOST_WIDTH = 1000

const EXAMPLES = `
It reads a pod from the cluster, and the wrappers' lines from its logs: these
are exact to the millisecond. Or it reads the output of podorder run --json, of
kubectl or of --format json, or a run directory (/podorder/run of a pod).

Examples:
  podorder timeline shop -n prod --watch
  podorder run --json pod.yaml | podorder timeline
  podorder timeline run.jsonl -o run.html
  kubectl get pod app -o json --watch --show-managed-fields | podorder timeline
`

interface Given extends GivenCluster {
  readonly filename?: string
  readonly format?: TimelineFormat
  readonly output?: string
  readonly now?: number
  readonly width?: number
  readonly watch?: boolean
}

/** @param end takes the exit code */
export function addTimeline(program: Command, end: (code: number) => void): void {
  const command = program
    .command('timeline')
    .description('show when each container of a pod waited and ran')
    .argument('[pod]', 'POD or TYPE/NAME; or a file, a run directory, - for stdin')
    .option('-f, --filename <file>', 'read this file, whatever its name is')
  addClusterOptions(command)
    .option('-w, --watch', 'follow the pod until it ends, or Ctrl-C')
    .addOption(new Option('--format <name>', 'default: by the ending of FILE, else text').choices(TIMELINE_FORMATS))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--now <time>', 'show the state as of this time: 2026-03-01T12:00:00Z', readMoment)
    .option('--width <columns>', 'width of the text (default: that of the terminal)', readWidth)
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', EXAMPLES)
    .action(async (pod: string | undefined, given: Given) => end(await show(pod, given)))
}

function readWidth(text: string): number {
  const width = Number(text)
  if (/^\d+$/.test(text) && width >= LEAST_WIDTH && width <= MOST_WIDTH) return width
  throw new InvalidArgumentError(`Give a number from ${LEAST_WIDTH} to ${MOST_WIDTH}.`)
}

async function show(pod: string | undefined, given: Given): Promise<number> {
  const terminal = openTerminal()
  const { filename } = given
  const path = filename ?? pod
  if (filename !== undefined && pod !== undefined) {
    terminal.complain(`podorder: ${bothGiven(pod, filename)}`)
    return CODE_MISUSE
  }
  if (path === undefined && process.stdin.isTTY) {
    terminal.complain('podorder: no input; name a pod, give a file or a run directory, or pipe it in')
    return CODE_MISUSE
  }
  return path !== undefined && filename === undefined && meansCluster(path, given)
    ? showAsked(path, given)
    : showRead(path ?? '-', given)
}

async function showRead(path: string, given: Given): Promise<number> {
  // The first Ctrl-C also ends the program that is piped in; then the data so far is drawn.
  if (path === '-' && !process.stdin.isTTY) process.once('SIGINT', () => {})
  const { readHistory } = await import('../src/history/read-history.ts')
  const { openTimelinePorts } = await import('./timeline-ports.ts')
  const ports = await openTimelinePorts()
  return draw((watch) => readHistory(path, ports, { nowMs: given.now, watch }), given)
}

async function showAsked(words: string, given: Given): Promise<number> {
  const { watch: follow = false } = given
  const terminal = openTerminal()
  const kube = await openCluster(words, given)
  if ('problem' in kube) {
    terminal.complain(`podorder: ${kube.problem}`)
    return CODE_MISUSE
  }
  const { readClusterHistory } = await import('../src/history/cluster-history.ts')
  const { readNested } = await import('../src/manifest/yaml.io.ts')
  const { deflatePacking } = await import('../src/tekton/deflate.io.ts')
  const wish = { words, namespace: given.namespace ?? kube.namespace, signal: takeInterrupt() }
  const reading = { parse: readNested, packing: deflatePacking, nowMs: given.now, now: () => Date.now() }
  const warn = (note: string): void => terminal.complain(`podorder: warning: ${note}`)
  try {
    return await draw(
      (watch) => readClusterHistory(kube, wish, { ...reading, warn, watch: follow ? watch : undefined }),
      given,
    )
  } finally {
    kube.close()
  }
}

async function draw(read: ReadTimeline, { format, output, width }: Given): Promise<number> {
  const { showTimeline } = await import('../src/timeline/timeline-command.ts')
  return showTimeline(
    read,
    { format, output, width },
    {
      now: () => Date.now(),
      terminal: { ...openTerminal(), write: writeOut },
      disk: await import('../src/cli/disk.io.ts'),
    },
  )
}
