/** `podorder inject` rewrites manifests so that their pods keep their order. `podorder eject` restores them. */
import { ORIGINAL } from '../pod/annotation-names.ts'
import { CODE_MISUSE } from '../base/exit-code.ts'
import { count } from '../base/wording.ts'
import { isEqual } from '../manifest/equality.ts'
import type { FoundPod } from '../manifest/found-pods.ts'
import { type Container, nativeSidecars, type PodTemplate } from '../pod/pod.ts'
import { restorePod } from '../rewrite/restore.ts'
import { readKnownPolicy } from '../manifest/pod-policy.ts'
import { type RewriteOptions, rewritePod } from '../rewrite/rewrite.ts'
import { warnOfFirst } from '../rewrite/warn-first.ts'
import type { FoundCommand, TextOf } from '../rewrite/wrap.ts'
import { findImageCommands } from './image-commands.ts'
import { type Input, readInputs, type WantedManifests } from './inputs.ts'
import {
  type Changed,
  changeManifest,
  type OpenManifest,
  openManifest,
  restoreManifest,
  splitMark,
} from './manifest.ts'
import {
  checkOnly,
  checkRestore,
  isWanted,
  type CalledPods,
  type Opened,
  readOrders,
  sayNoOrder,
  type ReadOrders,
  type WantedPod,
} from './orders.ts'
import { groupPieces, type Piece } from './pieces.ts'
import { putOut, type OutputTarget } from './write-manifests.ts'
import type { InjectPorts, ManifestPorts } from './ports.ts'
import type { TemplateKind } from '../manifest/template-kinds.ts'

export interface EjectOptions extends OutputTarget, WantedManifests {}

export interface InjectOptions extends EjectOptions {
  readonly rewrite: Omit<RewriteOptions, 'commandOf' | 'textOf'>
}

/** The limit of all annotations of an object together (apimachinery, TotalAnnotationSizeLimitB). */
const MAX_ANNOTATION_BYTES = 256 * 1024

/** @returns the exit code; where it is not 0, nothing was written */
export async function injectManifests(options: InjectOptions, ports: InjectPorts): Promise<number> {
  const { only, rewrite, templates } = options
  const warnings: string[] = []
  const ordered: string[] = []
  const code = await changeInputs(options, ports, {
    open(input) {
      const opened = readOrders(input, only, rewrite, templates)
      warnings.push(...opened.warnings)
      ordered.push(...opened.wanted.flatMap(summarizePod))
      return opened
    },
    warn(inputs) {
      for (const warning of warnings) ports.terminal.complain(`podorder: warning: ${warning}`)
      if (ordered.length === 0) ports.terminal.complain(`podorder: ${sayNoOrder(inputs)}`)
    },
    async change(opened) {
      const found = await findImageCommands(opened, ports)
      if ('problems' in found) return found
      for (const warning of opened.flatMap((one) => warnOfFirsts(one, found))) {
        ports.terminal.complain(`podorder: warning: ${warning}`)
      }
      return opened.map(({ manifest, wanted }) => {
        return manifest && rewriteManifest(manifest, wanted, { ...rewrite, found, templates })
      })
    },
  })
  if (code === 0) for (const line of limitSummary(ordered)) ports.terminal.complain(`podorder: ${line}`)
  return code
}

/** The summary of a pod with an order: `Pod/shop: 2 of 3 containers ordered`. */
function summarizePod({ pod: { kind, name, template }, order }: WantedPod): readonly string[] {
  if (order === undefined) return []
  const all = template.spec.containers.length + nativeSidecars(template.spec).length
  return [`${kind}/${name}: ${order.containers.length} of ${count(all, 'container')} ordered`]
}

/** How many pods the summary lists. */
const MOST_TOLD = 20

function limitSummary(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_TOLD) return lines
  return [...lines.slice(0, MOST_TOLD), `and ${lines.length - MOST_TOLD} more pods with an order`]
}

function warnOfFirsts(
  { manifest, wanted }: ReadOrders,
  found: ReadonlyMap<FoundPod, ReadonlyMap<string, FoundCommand>>,
): readonly string[] {
  return wanted.flatMap(({ pod, order }) => {
    if (manifest === undefined || order === undefined) return []
    return warnOfFirst(
      () => pod.tree,
      pod.template,
      order,
      ({ name }) => found.get(pod)?.get(name),
    ).map(pod.say)
  })
}

interface Rewriting extends Omit<RewriteOptions, 'commandOf' | 'textOf'> {
  readonly templates: readonly TemplateKind[] | undefined
  readonly found: ReadonlyMap<FoundPod, ReadonlyMap<string, FoundCommand>>
}

/** Rewrites the pods that are not up to date. Those that an earlier inject has rewritten are restored first. Others keep every byte. */
function rewriteManifest(
  manifest: OpenManifest,
  wanted: readonly WantedPod[],
  { found, templates, ...options }: Rewriting,
): Changed {
  const stale = wanted.flatMap(({ pod, order }) => {
    const { template, known } = restorePod(pod.template)
    const commandOf = ({ name }: Container) => known.get(name) ?? found.get(pod)?.get(name)
    const own = { ...options, commandOf, restartPolicy: readKnownPolicy(pod) }
    const rewrite = (from: PodTemplate, textOf?: TextOf): PodTemplate =>
      order === undefined ? from : rewritePod(from, order, { ...own, ...(textOf && { textOf }) })
    const isStale = template === pod.template ? order !== undefined : !saysTheSame(pod.template, rewrite(template))
    return isStale ? [{ pod, index: manifest.pods.indexOf(pod), rewrite }] : []
  })
  const restored = restoreManifest(
    manifest,
    stale.map(({ pod }) => pod),
  )
  const opened = restored.text === manifest.text ? manifest : openManifest({ ...manifest, ...restored }, templates)
  if ('problems' in opened) throw new Error(opened.problems.join('\n'))
  const change = (textOf: (pod: FoundPod) => TextOf) =>
    stale.flatMap(({ index, rewrite }) => {
      const pod = opened.pods[index]
      if (pod === undefined) throw new Error('a pod was lost on the way back')
      const after = rewrite(pod.template, textOf(pod))
      if (after === pod.template) return []
      return [{ ...pod, after: hasRoom(after) ? after : rewrite(pod.template) }]
    })
  const changed = changeManifest(opened, change)
  return { ...changed, restyled: restored.restyled || changed.restyled }
}

/** Compares all but the notes of the layout. */
function saysTheSame(template: PodTemplate, after: PodTemplate): boolean {
  const { annotations } = template.metadata ?? {}
  const notes = after.metadata?.annotations?.[ORIGINAL]
  return isEqual(
    { ...template, metadata: { ...template.metadata, annotations: { ...annotations, [ORIGINAL]: notes } } },
    after,
  )
}

/** Whether the annotations fit: one UTF-16 unit has at most three bytes in UTF-8. */
function hasRoom({ metadata }: PodTemplate): boolean {
  const texts = Object.entries<string | null>(metadata?.annotations ?? {})
  return texts.reduce((sum, [key, text]) => sum + key.length + 3 * (text ?? '').length, 0) <= MAX_ANNOTATION_BYTES
}

/** @returns the exit code; where it is not 0, nothing was written */
export async function ejectManifests(options: EjectOptions, ports: ManifestPorts): Promise<number> {
  return changeInputs(options, ports, {
    open(input) {
      const manifest = openManifest(input, options.templates)
      if ('problems' in manifest) return { problems: manifest.problems, pods: [], wanted: [] }
      const wanted = manifest.pods.filter((pod) => isWanted(pod, options.only))
      const problems = wanted.flatMap((pod) => checkRestore(pod).map(pod.say))
      return { manifest, pods: manifest.pods, wanted, problems }
    },
    warn() {},
    change: (opened) =>
      Promise.resolve(opened.map(({ manifest, wanted }) => manifest && restoreManifest(manifest, wanted))),
  })
}

/** After so many groups memory is given back: without that the engine lets garbage grow to several times the used memory. */
const GROUPS_UNTIL_TIDY = 16

interface Work<Open extends Opened> {
  readonly open: (input: Input) => Open
  /** Called when all manifests are open and have no fault, before the last group is changed. */
  readonly warn: (inputs: readonly Input[]) => void
  /** Called for manifests without faults. @returns results in the order of `opened` */
  readonly change: (
    opened: readonly Open[],
  ) => Promise<readonly (Changed | undefined)[] | { readonly problems: readonly string[] }>
}

/** Works group by group and keeps only the resulting texts, to save memory. */
async function changeInputs<Open extends Opened>(
  options: EjectOptions,
  ports: ManifestPorts,
  work: Work<Open>,
): Promise<number> {
  const refuse = (problems: readonly string[]): number => {
    for (const problem of problems) ports.terminal.complain(problem)
    return CODE_MISUSE
  }
  const inputs = await readInputs(options.paths, options.recursive, ports)
  if ('problems' in inputs) return refuse(inputs.problems)
  const problems: string[] = []
  const unknown: string[] = []
  const named: CalledPods[] = []
  const done = new Map<Input, Changed[]>()
  const groups = groupPieces(inputs)
  for (const [index, group] of groups.entries()) {
    const opened = group.map(({ input }) => work.open(input))
    problems.push(...opened.flatMap((one) => one.problems))
    named.push(...opened.map(({ pods }) => ({ pods: pods.map(({ kind, name }) => ({ kind, name })) })))
    if (index === groups.length - 1) {
      problems.push(...checkOnly(options.only, named))
      if (problems.length === 0) work.warn(inputs)
    }
    if (problems.length > 0 || unknown.length > 0) continue
    const changed = await work.change(opened)
    if ('problems' in changed) unknown.push(...changed.problems)
    else for (const [at, piece] of group.entries()) keep(done, piece, changed[at])
    if (index % GROUPS_UNTIL_TIDY === GROUPS_UNTIL_TIDY - 1) ports.tidy?.()
  }
  if (problems.length > 0 || unknown.length > 0) return refuse(problems.length > 0 ? problems : unknown)
  const results = inputs.map((input) => {
    const [mark] = splitMark(input.text)
    const pieces = done.get(input) ?? []
    // The pieces are freed first, since the joined text is as large.
    done.delete(input)
    if (pieces.some(({ restyled }) => restyled)) {
      const what = 'its layout could not be kept: the changed parts are written again, without comments'
      ports.terminal.complain(`podorder: warning: ${input.file}: ${what}`)
    }
    return { ...input, after: mark + pieces.map(({ text }) => text).join('') }
  })
  return putOut(results, options, ports)
}

/** Appends the result of a piece to those of its file. */
function keep(done: Map<Input, Changed[]>, { of, input }: Piece, changed: Changed | undefined): void {
  const piece = changed ?? { text: splitMark(input.text)[1], restyled: false }
  const before = done.get(of)
  if (before === undefined) done.set(of, [piece])
  else before.push(piece)
}
