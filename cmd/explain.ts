/** `podorder explain` on the command line. */
import { type Command, Option } from 'commander'
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import { addClusterOptions, bothGiven, type GivenCluster, meansCluster, openCluster, takeInterrupt } from './cluster.ts'
import { readMoment } from './moment.ts'
import { openTerminal, writeOut } from './terminal.ts'

const EXAMPLES = `
Root causes come first, then what they cause. A line that begins with > says
what to do. It reads pods and their logs from the cluster, and needs get, list
and watch of pods, and get of pods/log. Exit code: 0 explained, 2 bad input.

Examples:
  podorder explain shop -n prod
  podorder explain deployment/shop --watch
  kubectl get pod shop -o json | podorder explain -
  podorder explain pod.json --now 2026-03-01T12:00:00Z
`

const NOTHING = 'no pod; name one, give a file with -f, or - for stdin'

interface Given extends GivenCluster {
  readonly filename?: string
  readonly format: 'text' | 'json'
  readonly now?: number
  readonly watch?: boolean
}

/** @param end takes the exit code */
export function addExplain(program: Command, end: (code: number) => void): void {
  const command = program
    .command('explain')
    .description('explain why a pod hangs, or how it ended')
    .argument('[pod]', 'POD or TYPE/NAME; or a file as kubectl get -o json prints it, - for stdin')
    .option('-f, --filename <file>', 'read this file, whatever its name is')
  addClusterOptions(command)
    .option('-w, --watch', 'print it again after every change')
    .addOption(new Option('--format <format>', 'output format').choices(['text', 'json']).default('text'))
    .option('--now <time>', 'show the state as of this time: 2026-03-01T12:00:00Z', readMoment)
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', EXAMPLES)
    .action(async (pod: string | undefined, given: Given) => end(await explain(pod, given)))
}

async function explain(pod: string | undefined, given: Given): Promise<number> {
  const { filename, format, now = Date.now() } = given
  const path = filename ?? pod
  if (path === undefined || (filename !== undefined && pod !== undefined)) {
    openTerminal().complain(`podorder: ${path === undefined ? NOTHING : bothGiven(pod ?? '', path)}`)
    return CODE_MISUSE
  }
  if (filename === undefined && meansCluster(path, given)) return explainAsked(path, given)
  const { explainPods } = await import('../src/explain/explain-command.ts')
  return explainPods(
    { path, format, nowMs: now },
    {
      disk: await import('../src/cli/disk.io.ts'),
      terminal: { ...openTerminal(), write: writeOut },
    },
  )
}

async function explainAsked(words: string, given: Given): Promise<number> {
  const { format, namespace, watch = false, now } = given
  const terminal = { ...openTerminal(), write: writeOut }
  const kube = await openCluster(words, given)
  if ('problem' in kube) {
    terminal.complain(`podorder: ${kube.problem}`)
    return CODE_MISUSE
  }
  const { explainCluster } = await import('../src/explain/explain-cluster.ts')
  try {
    return await explainCluster(
      kube,
      { words, namespace, format, watch, nowMs: now, signal: takeInterrupt() },
      { terminal, now: () => Date.now() },
    )
  } finally {
    kube.close()
  }
}
