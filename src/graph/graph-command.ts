/** `podorder graph`: draws the order of pods. */
import { writeDocument } from '../base/escape.ts'
import { CODE_MISUSE } from '../base/exit-code.ts'
import { diagramOrder, markHistory } from './diagram-order.ts'
import { diagramStop } from './diagram-stop.ts'
import type { Diagram, PlaceDiagram } from './diagram.ts'
import { writeDot } from './dot.ts'
import { formatGraph } from './graph-text.ts'
import { MERMAID_MAX_LINKS, writeMermaid } from './mermaid.ts'
import { choosePalette } from '../base/palette.ts'
import { formatOf, GRAPH_FORMATS, type GraphFormat } from '../picture/format.ts'
import { restorePod } from '../rewrite/restore.ts'
import { allContainers, type Container, DEFAULT_GRACE_S, nativeSidecars } from '../pod/pod.ts'
import type { History } from '../history/history.ts'
import { readInputs, type WantedManifests } from '../inject/inputs.ts'
import { checkOnly, readOrders, SAY_ORDER, type WantedPod } from '../inject/orders.ts'
import type { ManifestPorts } from '../inject/ports.ts'
import { writeOutput } from '../cli/output.ts'

export interface GraphOptions extends WantedManifests {
  /** Undefined: by the ending of `output`; text without an output. */
  readonly format: GraphFormat | undefined
  /** A file; undefined = stdout. */
  readonly output: string | undefined
  /** Any source that `podorder timeline` reads. */
  readonly timeline: string | undefined
  /** Draw the stop order instead of the start order. */
  readonly stop: boolean
}

export interface GraphPorts extends Omit<ManifestPorts, 'diff'> {
  readonly place: PlaceDiagram
  /** Reads a timeline; a fault is one sentence. */
  readonly readHistory: (path: string) => Promise<History | { readonly problem: string }>
  /** The width of lines of text. */
  readonly columns: number
}

type Diagrams = readonly [Diagram, ...(readonly Diagram[])]
type Found = { readonly diagrams: Diagrams } | { readonly problems: readonly string[] }

/** @returns the exit code; with 2 nothing was written */
export async function drawGraphs(options: GraphOptions, ports: GraphPorts): Promise<number> {
  const { output, timeline, paths, stop } = options
  const format = options.format ?? (output === undefined ? 'text' : formatOf(output, GRAPH_FORMATS))
  if (format === undefined) {
    const fix = 'use .txt, .mmd, .dot, .svg, .html or .json, or give --format'
    return refuse([`podorder: ${output}: unknown file ending; ${fix}`], ports)
  }
  if (timeline === '-' && paths.includes('-')) {
    return refuse(['podorder: stdin cannot be both; give the manifest, or --timeline, by its path'], ports)
  }
  if (timeline !== undefined && stop) {
    return refuse(['podorder: --timeline and --stop exclude each other; give one of them'], ports)
  }
  const found = await findDiagrams(options, ports)
  if ('problems' in found) return refuse(found.problems, ports)
  const { diagrams } = found
  const isOfOne = format === 'svg' || format === 'html' ? `a picture as ${format}` : timeline && 'a timeline'
  if (isOfOne !== undefined && diagrams.length > 1) {
    const titles = diagrams.map(({ title }) => title).join(', ')
    const what = `${isOfOne} is of one pod, and these have an order: ${titles}`
    return refuse([`podorder: ${what}; choose one with --only`], ports)
  }
  const marked = timeline === undefined ? found : await markTimeline(diagrams[0], timeline, ports)
  if ('problems' in marked) return refuse(marked.problems, ports)
  return writeOutput(await draw(format, marked.diagrams, options, ports), options.output, ports)
}

async function findDiagrams(
  { paths, recursive, only, templates, stop }: GraphOptions,
  ports: GraphPorts,
): Promise<Found> {
  const inputs = await readInputs(paths, recursive, ports)
  if ('problems' in inputs) return inputs
  const opened = inputs.map((input) => readOrders(input, only, {}, templates))
  const problems = [...opened.flatMap((one) => one.problems), ...checkOnly(only, opened)]
  if (problems.length > 0) return { problems }
  for (const warning of opened.flatMap((one) => one.warnings)) ports.terminal.complain(`podorder: warning: ${warning}`)
  const wanted = opened.flatMap((one) => one.wanted)
  const [first, ...others] = wanted.flatMap(stop ? diagramPodStop : diagramPod)
  if (first !== undefined) return { diagrams: [first, ...others] }
  const files = inputs.map(({ file }) => file).join(', ')
  const problem =
    wanted.length === 0
      ? 'there is no pod in it; give a Pod, or a workload such as a Deployment or a Job'
      : `nothing is ordered in ${wanted.map(({ pod }) => nameOf(pod)).join(', ')}; ${SAY_ORDER}`
  return { problems: [`${files}: ${problem}`] }
}

function diagramPod({ pod, order }: WantedPod): readonly Diagram[] {
  if (order === undefined) return []
  // For an injected pod, the probes of its original containers count.
  const { spec } = restorePod(pod.template).template
  const namesOf = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name)
  const unprobed = namesOf(allContainers(spec).filter((one) => !isProbed(one)))
  return [
    diagramOrder(nameOf(pod), namesOf(spec.containers), order, namesOf(spec.initContainers ?? []), new Set(unprobed)),
  ]
}

function diagramPodStop({ pod, order }: WantedPod): readonly Diagram[] {
  if (order === undefined) return []
  const { spec } = restorePod(pod.template).template
  const { containers, terminationGracePeriodSeconds } = spec
  const graceMs = (terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000
  return [diagramStop(order, { title: nameOf(pod), containers, sidecars: nativeSidecars(spec), graceMs })]
}

function isProbed(container: Container): boolean {
  return (container['startupProbe'] ?? container['readinessProbe'] ?? undefined) !== undefined
}

/** A name in a manifest may contain any character; a title is one line of text. */
function nameOf({ kind, name }: WantedPod['pod']): string {
  return [kind, name.replaceAll(/\p{Cc}/gu, '?')].filter((part) => part !== '').join('/')
}

async function markTimeline(diagram: Diagram, timeline: string, ports: GraphPorts): Promise<Found> {
  const history = await ports.readHistory(timeline)
  if ('problem' in history) return { problems: [`podorder: ${history.problem}`] }
  const names = new Set(diagram.nodes.map(({ name }) => name))
  const told = history.containers.map(({ container }) => container)
  if (!told.some((name) => names.has(name))) {
    const what = `--timeline: it tells of ${told.join(', ')}, and ${diagram.title} has none of them`
    return { problems: [`podorder: ${what}; give a timeline of this pod`] }
  }
  const marked = markHistory(diagram, history)
  if (marked.criticalMs === undefined) {
    const what = 'no critical path follows from it, so none is marked'
    ports.terminal.complain(`podorder: warning: --timeline: ${what}`)
  }
  return { diagrams: [marked] }
}

/** @returns a text that ends with a line end */
async function draw(
  format: GraphFormat,
  diagrams: Diagrams,
  options: GraphOptions,
  ports: GraphPorts,
): Promise<string> {
  switch (format) {
    case 'text': {
      const palette = choosePalette(ports.terminal.coloured && options.output === undefined)
      return diagrams.map((one) => `${formatGraph(one, ports.columns, palette).join('\n')}\n`).join('\n')
    }
    case 'mermaid': {
      const links = diagrams.reduce((sum, one) => sum + one.links.length, 0)
      if (links > MERMAID_MAX_LINKS) {
        const what = `Mermaid draws ${MERMAID_MAX_LINKS} links unless its maxEdges is raised, and this has ${links}`
        ports.terminal.complain(`podorder: warning: ${what}; --format svg draws them all`)
      }
      return writeMermaid(diagrams)
    }
    case 'dot':
      return writeDot(diagrams)
    case 'json':
      return writeDocument({ diagrams })
    case 'svg':
    case 'html':
      return drawPicture(format, diagrams[0], ports)
  }
}

async function drawPicture(format: 'svg' | 'html', diagram: Diagram, { place }: GraphPorts): Promise<string> {
  const { drawGraphSvg, sizeLabel, sizeNode } = await import('./graph-svg.ts')
  const placement = await place(diagram, { node: sizeNode, label: sizeLabel })
  if (format === 'svg') return drawGraphSvg(diagram, placement)
  return (await import('./graph-html.ts')).drawGraphHtml(diagram, placement)
}

function refuse(problems: readonly string[], { terminal }: GraphPorts): number {
  for (const problem of problems) terminal.complain(problem)
  return CODE_MISUSE
}
