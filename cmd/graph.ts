/** `podorder graph` on the command line. */
import { type Command, Option } from 'commander'
import { describeSystemError } from '../src/core/entrypoint/files.ts'
import { GRAPH_FORMATS, type GraphFormat } from '../src/core/picture/format.ts'
import { collect } from './image-lookup.ts'
import { openTerminal, writeOut } from './terminal.ts'

/** Where stdout is no terminal. */
const DEFAULT_COLUMNS = 80

const GRAPH_EXAMPLES = `
Examples:
  podorder graph pod.yaml
  podorder graph pod.yaml -o order.svg
  podorder graph pod.yaml --format mermaid
  podorder graph pod.yaml --timeline run.jsonl -o order.html
  helm template . | podorder graph --only Deployment/shop -`

/** As commander hands them over: a switch that was not given is not there. */
interface Given {
  readonly format?: GraphFormat
  readonly output?: string
  readonly only: readonly string[]
  readonly timeline?: string
}

/** @param end takes the exit code */
export function addGraph(program: Command, end: (code: number) => void): void {
  program
    .command('graph')
    .description('show who waits for whom')
    .argument('<manifests...>', 'files, directories, or - for stdin')
    .addOption(new Option('--format <name>', 'as FILE ends; else text').choices(GRAPH_FORMATS))
    .option('-o, --output <file>', 'write there: .txt, .mmd, .dot, .svg, .html or .json')
    .option('--only <KIND/NAME>', 'this pod or workload only; repeatable', collect, [])
    .option('--timeline <path>', 'what podorder timeline reads: marks the critical path')
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', GRAPH_EXAMPLES)
    .action(async (paths: readonly string[], given: Given) => end(await graph(paths, given)))
}

async function graph(paths: readonly string[], { format, output, only, timeline }: Given): Promise<number> {
  const { drawGraphs } = await import('../src/commands/graph.ts')
  const { readManifest, readNested, readValues } = await import('../src/adapters/yaml.ts')
  const terminal = openTerminal()
  return drawGraphs(
    { paths, format, output, only, timeline },
    {
      yaml: { read: readManifest, readNested, readValues },
      disk: await import('../src/adapters/workspace.ts'),
      terminal: { ...terminal, write: writeOut },
      columns: (output === undefined ? terminal.columns() : undefined) ?? DEFAULT_COLUMNS,
      place: async (diagram, sizes) => (await import('../src/adapters/layout.ts')).placeDiagram(diagram, sizes),
      readHistory: async (path) => {
        const { openTimelinePorts } = await import('./timeline-ports.ts')
        return (await import('../src/commands/timeline/read.ts')).readHistory(path, await openTimelinePorts())
      },
      describeError: describeSystemError,
    },
  )
}
