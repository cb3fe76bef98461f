/** `podorder graph` on the command line. */
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import { type Command, Option } from 'commander'
import { GRAPH_FORMATS, type GraphFormat } from '../src/picture/format.ts'
import { addManifests, type GivenManifests, openManifests, readManifests } from './manifests.ts'
import { openTerminal, writeOut } from './terminal.ts'

/** The width if stdout is not a terminal. */
const DEFAULT_COLUMNS = 80

const GRAPH_EXAMPLES = `
Examples:
  podorder graph pod.yaml
  podorder graph pod.yaml -o order.svg
  podorder graph pod.yaml --format mermaid
  podorder graph pod.yaml --stop -o stop.svg
  podorder graph pod.yaml --timeline run.jsonl -o order.html
  helm template . | podorder graph --only Deployment/shop -`

/** Options as commander returns them: a switch that was not given is absent. */
interface Given extends GivenManifests {
  readonly format?: GraphFormat
  readonly output?: string
  readonly timeline?: string
  readonly stop?: boolean
}

/** @param end takes the exit code */
export function addGraph(program: Command, end: (code: number) => void): void {
  addManifests(program.command('graph').description('show which container waits for which'))
    .addOption(new Option('--format <name>', 'default: by the ending of FILE, else text').choices(GRAPH_FORMATS))
    .option('-o, --output <file>', 'write to a file: .txt, .mmd, .dot, .svg, .html or .json')
    .option('--timeline <path>', 'mark the critical path of this recorded run')
    .option('--stop', 'show the stop order, and the least time of each')
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', GRAPH_EXAMPLES)
    .action(async (files: readonly string[], given: Given) => end(await graph(files, given)))
}

async function graph(files: readonly string[], given: Given): Promise<number> {
  const { format, output, timeline, stop = false } = given
  const wanted = readManifests(files, given)
  const terminal = openTerminal()
  if (typeof wanted === 'string') {
    terminal.complain(`podorder: ${wanted}`)
    return CODE_MISUSE
  }
  const { drawGraphs } = await import('../src/graph/graph-command.ts')
  return drawGraphs(
    { ...wanted, format, output, timeline, stop },
    {
      ...(await openManifests()),
      terminal: { ...terminal, write: writeOut },
      columns: (output === undefined ? terminal.columns() : undefined) ?? DEFAULT_COLUMNS,
      place: async (diagram, sizes) => (await import('../src/graph/place-diagram.ts')).placeDiagram(diagram, sizes),
      readHistory: async (path) => {
        const { openTimelinePorts } = await import('./timeline-ports.ts')
        return (await import('../src/history/read-history.ts')).readHistory(path, await openTimelinePorts())
      },
    },
  )
}
