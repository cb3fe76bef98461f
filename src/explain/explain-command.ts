/** `podorder explain`: explains the state of the pods of an input. */
import { writeDocument } from '../base/escape.ts'
import { readNested } from '../manifest/yaml.io.ts'
import { CODE_MISUSE } from '../base/exit-code.ts'
import { type Explanation, explainPod } from './explanation.ts'
import { printExplanation } from './print.ts'
import { findLastSeen, nameSeen, type Seen } from './watched.ts'
import { tidy } from '../base/wording.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import type { AskedPod } from '../status/asked-pod.ts'
import type { SourcedPod } from '../manifest/found-pods.ts'
import { describeFault, type Fault, listItems } from '../manifest/tree.ts'
import { readPodOrder } from '../order/pod-order.ts'
import { choosePalette } from '../base/palette.ts'
import type { PodTemplate } from '../pod/pod.ts'
import { layOut } from '../manifest/pod-page.ts'
import { type Input, readInputs } from '../inject/inputs.ts'
import { type OpenManifest, openManifest } from '../inject/manifest.ts'
import type { ManifestPorts } from '../inject/ports.ts'
import { writeOutput } from '../cli/output.ts'

export interface ExplainOptions {
  /** A file, a directory, or `-` for stdin. */
  readonly path: string
  readonly format: 'text' | 'json'
  /** The time of the explanation, ms since 1970. */
  readonly nowMs: number
}

export type ExplainPorts = Pick<ManifestPorts, 'disk' | 'terminal'>

const GIVE = 'give what kubectl get pod NAME -o json prints, or - to read it from stdin'

/** @returns the exit code: 0 when an explanation was written, whatever the state of the pods */
export async function explainPods({ path, format, nowMs }: ExplainOptions, ports: ExplainPorts): Promise<number> {
  const { terminal } = ports
  const inputs = await readInputs([path], undefined, ports)
  const read = 'problems' in inputs ? inputs.problems : inputs.flatMap((input) => readInput(input, nowMs))
  const problems = read.filter((one) => typeof one === 'string')
  if (problems.length > 0) {
    for (const problem of problems) terminal.complain(problem)
    return CODE_MISUSE
  }
  const explanations = read.filter((one) => typeof one !== 'string')
  return writeOutput(writeExplanations(explanations, format, terminal.coloured), undefined, ports)
}

export function writeExplanations(
  explanations: readonly Explanation[],
  format: ExplainOptions['format'],
  coloured: boolean,
): string {
  const palette = choosePalette(coloured)
  return format === 'json'
    ? writeDocument({ items: explanations })
    : explanations.map((explanation) => printExplanation(explanation, palette)).join('\n')
}

/** A line about a fault. */
type Problem = string

function readInput(input: Input, nowMs: number): readonly (Explanation | Problem)[] {
  const { file, text } = input
  const seen = findLastSeen(text)
  if (seen !== undefined && 'problem' in seen) return [`${file}: ${seen.problem}; ${GIVE}`]
  if (seen !== undefined) return seen.flatMap((one) => readSeen(file, one, nowMs))
  const manifest = openManifest(input)
  if ('problems' in manifest) return manifest.problems
  const pods = [...manifest.pods.filter(({ kind }) => kind === 'Pod'), ...listPods(manifest)]
  // A watch in YAML contains a pod several times.
  const last = new Map(pods.map((pod) => [nameSeen(pod.template), pod]))
  const told = pods.filter((pod) => pod.name === '' || last.get(nameSeen(pod.template)) === pod)
  if (told.length > 0) return told.flatMap((pod) => readPod(pod, nowMs))
  const at = manifest.documents[0]?.tree.at ?? { line: 1, column: 1 }
  return [manifest.say({ at, what: nameOther(manifest), fix: GIVE })]
}

function readSeen(file: string, { pod, at, gone }: Seen, nowMs: number): readonly (Explanation | Problem)[] {
  const name = textOf(pod, 'metadata', 'name')
  const where = `${file}:${at.line}:${at.column}`
  const layout = layOut(pod as unknown as PodTemplate)
  if (layout === undefined) return [`${where}: Pod/${tidy(name)} is nested more deeply than any pod; ${GIVE}`]
  const say = (fault: Fault): string =>
    fault.at === layout.tree.at ? describeFault(file, { ...fault, at }) : `${where}: ${layout.say(fault)}`
  return readPod({ ...layout, name, say }, nowMs, gone)
}

export interface ExplainedPod extends SourcedPod {
  readonly name: string
}

/** Also reads the API server's own list, whose items have no kind; all commands read kubectl's `List`. */
function listPods({ documents, say }: OpenManifest): readonly ExplainedPod[] {
  return documents.flatMap(({ tree, value }) => {
    if (textOf(value, 'kind') !== 'PodList') return []
    const items = listOf(value, 'items') as readonly PodTemplate[]
    return listItems(tree, 'items').flatMap((item, index) => {
      const template = items[index]
      return template === undefined ? [] : [{ tree: item, template, name: textOf(template, 'metadata', 'name'), say }]
    })
  })
}

/** @param asked what the cluster has reported besides the status */
export function readPod(
  { tree, template, name, say }: ExplainedPod,
  nowMs: number,
  gone = false,
  asked?: Pick<AskedPod, 'logs' | 'probes' | 'notes'>,
): readonly (Explanation | Problem)[] {
  const { order, faults, sound } = readPodOrder(tree, readNested)
  const told = faults.map(say)
  if (!sound) return told
  if (textOf(fieldOf(template, 'status'), 'phase') === '') {
    const what = `Pod/${tidy(name)} has no status: it is a manifest, or cut short`
    return [say({ at: tree.at, what, fix: GIVE })]
  }
  return [explainPod(template, order, told, nowMs, gone, asked)]
}

/** Names what the input has instead of a pod. */
function nameOther({ pods, documents }: OpenManifest): string {
  const [workload] = pods
  if (workload !== undefined) return `${workload.kind}/${tidy(workload.name)} is not a pod; give one of its pods`
  if (documents.length === 0) return 'there is nothing in it'
  const kind = tidy(textOf(documents[0]?.value, 'kind'))
  return kind === '' || kind.endsWith('List') ? 'there is no pod in it' : `it is a ${kind}, not a pod`
}
