/** `podorder inject` and `podorder eject`: manifests whose pods keep their order, and as they were before. */
import { ORIGINAL } from '../pod/annotation-names.ts'
import { CODE_MISUSE } from '../base/exit-code.ts'
import { isEqual } from '../manifest/equality.ts'
import type { FoundPod } from './injection.ts'
import { describeFault } from '../manifest/tree.ts'
import type { Container, PodTemplate } from '../pod/pod.ts'
import { restorePod } from '../rewrite/restore.ts'
import { type RewriteOptions, rewritePod } from '../rewrite/rewrite.ts'
import type { FoundCommand, TextOf } from '../rewrite/wrap.ts'
import { findImageCommands } from './image-commands.ts'
import { type Input, readInputs } from './inputs.ts'
import {
  type Changed,
  changeManifest,
  type OpenManifest,
  openManifest,
  restoreManifest,
  splitMark,
} from './manifest.ts'
import { checkOnly, checkRestore, isWanted, readOrders, sayNoOrder, type WantedPod } from './orders.ts'
import { putOut, type OutputTarget } from './write-manifests.ts'
import type { InjectPorts, ManifestPorts, ManifestYaml } from './ports.ts'

export interface EjectOptions extends OutputTarget {
  /** Files, directories, or `-` for stdin. */
  readonly paths: readonly string[]
  readonly recursive: boolean
  /** `KIND/NAME` or `NAME` of those that are changed; empty = all. */
  readonly only: readonly string[]
}

export interface InjectOptions extends EjectOptions {
  readonly rewrite: Omit<RewriteOptions, 'commandOf' | 'textOf'>
}

/** Of the annotations of an object all together (apimachinery, TotalAnnotationSizeLimitB). */
const MAX_ANNOTATION_BYTES = 256 * 1024

/** @returns the exit code; where it is not 0, nothing was written */
export async function injectManifests(options: InjectOptions, ports: InjectPorts): Promise<number> {
  const { only, rewrite } = options
  return changeInputs(options, ports, async (inputs) => {
    const opened = inputs.map((input) => readOrders(input, only, rewrite, ports.yaml))
    const problems = [...opened.flatMap((one) => one.problems), ...checkOnly(only, opened)]
    if (problems.length > 0) return { problems }
    for (const warning of opened.flatMap((one) => one.warnings))
      ports.terminal.complain(`podorder: warning: ${warning}`)
    if (!opened.some(({ wanted }) => wanted.some(({ order }) => order !== undefined)))
      ports.terminal.complain(`podorder: ${sayNoOrder(inputs)}`)
    const found = await findImageCommands(opened, ports)
    if ('problems' in found) return found
    return opened.map(({ manifest, wanted }) => {
      return manifest && rewriteManifest(manifest, wanted, { ...rewrite, found }, ports.yaml)
    })
  })
}

interface Rewriting extends Omit<RewriteOptions, 'commandOf' | 'textOf'> {
  readonly found: ReadonlyMap<FoundPod, ReadonlyMap<string, FoundCommand>>
}

/** Of pods that are as they shall be already no byte changes; what else was rewritten before is restored first. */
function rewriteManifest(
  manifest: OpenManifest,
  wanted: readonly WantedPod[],
  { found, ...options }: Rewriting,
  yaml: ManifestYaml,
): Changed {
  const stale = wanted.flatMap(({ pod, order }) => {
    const { template, known } = restorePod(pod.template)
    const commandOf = ({ name }: Container) => known.get(name) ?? found.get(pod)?.get(name)
    const rewrite = (from: PodTemplate, textOf?: TextOf): PodTemplate =>
      order === undefined ? from : rewritePod(from, order, { ...options, commandOf, ...(textOf && { textOf }) })
    const isStale = template === pod.template ? order !== undefined : !saysTheSame(pod.template, rewrite(template))
    return isStale ? [{ pod, index: manifest.pods.indexOf(pod), rewrite }] : []
  })
  const restored = restoreManifest(
    manifest,
    stale.map(({ pod }) => pod),
    yaml,
  )
  const opened = restored.text === manifest.text ? manifest : openManifest({ ...manifest, ...restored }, yaml)
  if ('problems' in opened) throw new Error(opened.problems.join('\n'))
  const change = (textOf: (pod: FoundPod) => TextOf) =>
    stale.flatMap(({ index, rewrite }) => {
      const pod = opened.pods[index]
      if (pod === undefined) throw new Error('a pod was lost on the way back')
      const after = rewrite(pod.template, textOf(pod))
      if (after === pod.template) return []
      return [{ ...pod, after: hasRoom(after) ? after : rewrite(pod.template) }]
    })
  const changed = changeManifest(opened, change, yaml)
  return { ...changed, restyled: restored.restyled || changed.restyled }
}

/** But for the notes of how it was written. */
function saysTheSame(template: PodTemplate, after: PodTemplate): boolean {
  const { annotations } = template.metadata ?? {}
  const notes = after.metadata?.annotations?.[ORIGINAL]
  return isEqual(
    { ...template, metadata: { ...template.metadata, annotations: { ...annotations, [ORIGINAL]: notes } } },
    after,
  )
}

/** Bytes of UTF-8 are at most three times as many as the units of UTF-16. */
function hasRoom({ metadata }: PodTemplate): boolean {
  const texts = Object.entries(metadata?.annotations ?? {})
  return texts.reduce((sum, [key, text]) => sum + key.length + 3 * text.length, 0) <= MAX_ANNOTATION_BYTES
}

/** @returns the exit code; where it is not 0, nothing was written */
export async function ejectManifests(options: EjectOptions, ports: ManifestPorts): Promise<number> {
  return changeInputs(options, ports, (inputs) => {
    const opened = inputs.map((input) => {
      const manifest = openManifest(input, ports.yaml)
      if ('problems' in manifest) return { problems: manifest.problems, pods: [], wanted: [] }
      const wanted = manifest.pods.filter((pod) => isWanted(pod, options.only))
      const problems = wanted.flatMap(checkRestore).map((fault) => describeFault(input.file, fault))
      return { manifest, pods: manifest.pods, wanted, problems }
    })
    const problems = [...opened.flatMap((one) => one.problems), ...checkOnly(options.only, opened)]
    if (problems.length > 0) return Promise.resolve({ problems })
    return Promise.resolve(
      opened.map(({ manifest, wanted }) => manifest && restoreManifest(manifest, wanted, ports.yaml)),
    )
  })
}

async function changeInputs(
  options: EjectOptions,
  ports: ManifestPorts,
  change: (
    inputs: readonly Input[],
  ) => Promise<readonly (Changed | undefined)[] | { readonly problems: readonly string[] }>,
): Promise<number> {
  const inputs = await readInputs(options.paths, options.recursive, ports)
  const changed = 'problems' in inputs ? inputs : await change(inputs)
  if ('problems' in inputs || 'problems' in changed) {
    for (const problem of 'problems' in changed ? changed.problems : []) ports.terminal.complain(problem)
    return CODE_MISUSE
  }
  const results = inputs.map((input, index) => {
    const [mark, before] = splitMark(input.text)
    const { text, restyled } = changed[index] ?? { text: before, restyled: false }
    if (restyled) {
      const what = 'its layout could not be kept: what changes is written anew, without comments'
      ports.terminal.complain(`podorder: warning: ${input.file}: ${what}`)
    }
    return { ...input, after: mark + text }
  })
  return putOut(results, options, ports)
}
