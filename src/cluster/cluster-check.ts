/** `podorder check -n NAMESPACE`: compares the running objects of a cluster with what inject would write now. */
import { CODE_FAILED, CODE_MISUSE } from '../base/exit-code.ts'
import type { JsonObject } from '../base/json-object.ts'
import { rewriteFit, type CheckOptions, type CheckPorts } from '../check/check.ts'
import { checkPod } from '../check/checks.ts'
import { findKnownCommands, type KnownCommands } from '../check/commands.ts'
import { type CheckResult, countLevels } from '../check/finding.ts'
import { collectPolicies, type Policies } from '../check/policies.ts'
import { writeStdout } from '../cli/output.ts'
import { isWanted } from '../inject/orders.ts'
import type { Kube } from '../kube/kube.io.ts'
import { hasCondition, textOf } from '../pod/api-object.ts'
import { readOriginal } from '../pod/original.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import { formatLiveJson, formatLiveSummary, formatLiveText, type LiveFinding, uniteFindings } from './live-findings.ts'
import { type NamespaceObjects, readNamespaceObjects } from './namespace-objects.ts'
import { createOwnerFinder, nameOfObject } from './owners.ts'
import { asManifest, type LiveObject, type LiveTemplate, readLive } from './read-live.ts'
import { type Owner, tellWrapping } from './wrapping-words.ts'

export interface ClusterCheckOptions extends Pick<CheckOptions, 'only' | 'strict' | 'rewrite'> {
  /** Undefined: the context's own. */
  readonly namespace: string | undefined
  readonly format: 'text' | 'json'
  readonly signal: AbortSignal
}

/** @returns the exit code: 1 when there are errors, 2 when the cluster could not be asked */
export async function checkCluster(
  kube: Kube,
  { namespace = kube.namespace, only, format, strict, rewrite, signal }: ClusterCheckOptions,
  ports: CheckPorts,
): Promise<number> {
  const { terminal } = ports
  const objects = await readNamespaceObjects({ kube, signal }, namespace)
  if ('problem' in objects) {
    terminal.complain(`podorder: ${objects.problem}`)
    return CODE_MISUSE
  }
  for (const note of objects.notes) terminal.complain(`podorder: ${note}`)
  const { live, groups } = readObjects(objects, only)
  if (only.length > 0 && live.length === 0) {
    terminal.complain(`podorder: --only: nothing in namespace ${namespace} that has an order has this name`)
    return CODE_MISUSE
  }
  const known = await findKnownCommands(live.map(asManifest), ports)
  const policiesOf = collectPolicies(objects.policies)
  const found = live.flatMap((one, index) =>
    judgeObject(one, groups.get(one), known, index, (template) => judgeTemplate(template, known, rewrite, policiesOf)),
  )
  const owners = new Map([...groups].map(([one, owner]) => [nameOfObject(one.object), owner?.name]))
  // Pods of one workload share their findings.
  const findings = uniteFindings(dropRepeated(found, owners), ({ objects: [name = ''] }) => owners.get(name) ?? name)
  const isPod = ({ object }: LiveObject): boolean => textOf(object, 'kind') === 'Pod'
  const ordered = live.filter((one) => asManifest(one).ordered > 0)
  const pods = ordered.filter(isPod).length
  const summary = { namespace, pods, workloads: ordered.length - pods, ...countLevels(findings) }
  const text = format === 'json' ? formatLiveJson(findings, summary) : formatLiveText(findings, terminal.coloured)
  if ((await writeStdout(text, ports)) !== 0) return CODE_MISUSE
  terminal.complain(`podorder: ${formatLiveSummary(summary)}`)
  const isIdle = ordered.length === 0 && summary.errors === 0
  return summary.errors > 0 || (strict && (isIdle || summary.warnings > 0)) ? CODE_FAILED : 0
}

/** Live object -> what it belongs to; undefined of what belongs to nobody. */
type Groups = ReadonlyMap<LiveObject, Owner | undefined>

/** What stands above all first, then its pods. */
function readObjects(
  { pods, workloads }: NamespaceObjects,
  only: readonly string[],
): { readonly live: readonly LiveObject[]; readonly groups: Groups } {
  const ownerOf = createOwnerFinder(workloads)
  const isMeant = (object: JsonObject): boolean =>
    isWanted({ kind: textOf(object, 'kind'), name: textOf(object, 'metadata', 'name') }, only)
  const roots = workloads.filter((object) => ownerOf(object) === undefined && !isOver(object))
  const liveRoots = new Map(
    roots.flatMap((object) => {
      const live = readLive(object)
      return live === undefined ? [] : [[object, live] as const]
    }),
  )
  const groups = new Map<LiveObject, Owner | undefined>()
  for (const [object, live] of liveRoots) if (isMeant(object)) groups.set(live, undefined)
  for (const pod of pods) {
    const owner = ownerOf(pod)
    if (!isMeant(pod) && !(owner !== undefined && isWanted(owner.named, only))) continue
    const live = readLive(pod)
    if (live === undefined) continue
    const name = owner === undefined ? undefined : `${owner.named.kind}/${owner.named.name}`
    const above = owner?.object === undefined ? undefined : liveRoots.get(owner.object)
    groups.set(live, name === undefined ? undefined : { name, live: above })
  }
  return { live: [...groups.keys()], groups }
}

/** A Job that has ended starts no pods any more. */
function isOver(object: JsonObject): boolean {
  return textOf(object, 'kind') === 'Job' && (hasCondition(object, 'Complete') || hasCondition(object, 'Failed'))
}

/** Says no more than that it is about a pod. */
const WHOLE = /(?:^|\.)(?:metadata|spec)$/

function judgeObject(
  one: LiveObject,
  owner: Owner | undefined,
  { findings }: KnownCommands,
  index: number,
  judge: (template: LiveTemplate) => readonly CheckResult[],
): readonly LiveFinding[] {
  const objects = [nameOfObject(one.object)]
  const [first] = one.templates
  const put = (template: LiveTemplate) => (result: CheckResult) => {
    const place = template.nameOf(result.at)
    return { ...result, objects, place: WHOLE.test(place) ? undefined : place }
  }
  const ownTemplates = one.templates.flatMap((template): readonly LiveFinding[] => [
    ...tellWrapping(template, owner, one.object).map((told) => ({ ...told, objects, place: undefined })),
    ...[...template.results, ...judge(template)].map(put(template)),
  ])
  return [
    // What belongs to a workload has its annotations from there.
    ...(owner === undefined ? one.strays.map((stray) => ({ ...stray, objects, place: undefined })) : []),
    ...ownTemplates,
    ...(first === undefined ? [] : (findings[index] ?? []).map(put(first))),
  ]
}

/** What a cluster that runs the pod has answered already is not worth a note. */
function judgeTemplate(
  { pod, order, unfit }: LiveTemplate,
  known: KnownCommands,
  rewrite: CheckOptions['rewrite'],
  policiesOf: (namespace: string) => Policies,
): readonly CheckResult[] {
  if (order === undefined || unfit.length > 0) return []
  const isRewritten = readOriginal(pod.template) !== undefined
  return checkPod(rewriteFit({ pod, order }, known, rewrite, policiesOf)).filter(
    ({ rule, container }) => rule !== 'version' && (isRewritten || rule !== 'image' || container !== INIT_CONTAINER),
  )
}

/**
 * What is said of a workload's template is not said of each of its pods again.
 * @param owners object -> what it belongs to, by name
 */
function dropRepeated(
  findings: readonly LiveFinding[],
  owners: ReadonlyMap<string, string | undefined>,
): readonly LiveFinding[] {
  const keyOf = ({ rule, container, what }: LiveFinding, object: string): string =>
    JSON.stringify([object, rule, container, what])
  const said = new Set(findings.map((finding) => keyOf(finding, finding.objects[0] ?? '')))
  return findings.filter((finding) => {
    const owner = owners.get(finding.objects[0] ?? '')
    return owner === undefined || !said.has(keyOf(finding, owner))
  })
}
