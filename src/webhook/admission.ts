/** Decides about a pod in an admission review. Pure. */
import { ORIGINAL } from '../pod/annotation-names.ts'
import { INJECT, MAIN, PREFIX } from '../pod/annotation-names.ts'
import { cite } from '../base/escape.ts'
import { isObject } from '../base/json-object.ts'
import type { Order } from '../order/order.ts'
import { type PodOrder, readPodOrder } from '../order/pod-order.ts'
import { allContainers, type Container, type PodTemplate } from '../pod/pod.ts'
import { readOriginal } from '../pod/original.ts'
import { DEFAULT_ROOT } from '../pod/own.ts'
import { restorePod } from '../rewrite/restore.ts'
import { checkRewrite } from '../rewrite/rewrite-check.ts'
import { missingCommands, type RewriteOptions, rewritePod } from '../rewrite/rewrite.ts'
import { warnOfFirst } from '../rewrite/warn-first.ts'
import type { FoundCommand } from '../rewrite/wrap.ts'
import { layOut } from '../manifest/pod-page.ts'
import type { SourcedPod } from '../manifest/found-pods.ts'
import { createPatch } from './patch.ts'
import type { ReviewResult } from './review.ts'
import { findMisshapen } from './shape.ts'

/** The webhook's rewrite options; it finds the commands itself. */
export type WebhookRewrite = Omit<RewriteOptions, 'commandOf' | 'textOf'>

/** A pod that is to be rewritten as soon as its commands are known. */
export interface Admission {
  readonly kind: 'ordered'
  readonly pod: PodTemplate
  readonly order: Order
  /** Containers whose command only their image has. */
  readonly missing: readonly Container[]
  readonly warnings: readonly string[]
}

export type ParseAnnotation = Parameters<typeof readPodOrder>[1]

export const UNTOUCHED = { kind: 'allowed', patch: [], warnings: [] } as const satisfies ReviewResult

/**
 * The limits of one review, besides the depth and the number of values (review-scan.ts). A larger review is refused unread.
 * This one is for podorder's annotations, keys and texts, in characters: an order of 200 containers has 10,000. All annotations of
 * a pod may have four times as much (apimachinery, TotalAnnotationSizeLimitB).
 */
const MOST_TO_READ = 65_536
/** More than a node runs. */
const MOST_CONTAINERS = 1000
/** Each wait becomes a flag of a wrapper; 64 KiB hold some 13,000 of the shortest. */
const MOST_WAITS = 4000
/**
 * Pairs of containers that stop one after the other; each pair is a flag. There are many when many containers wait for the end of
 * one that needed many, or for the ends of many main containers.
 */
const MOST_NEEDS = 10_000

/** How many faults of a pod are put into words; more are mostly the same fault. */
const MOST_FAULTS = 100

/** How many warnings are put into words; the API server passes on 4 KiB of them (apiserver, pkg/endpoints/filters/warning.go). */
const MOST_WARNINGS = 15

/** The limit of a pod's word within a line. */
const LONGEST_WORD = 64

/** The limit of a line: a quotation could be as long as the pod. */
const LONGEST_LINE = 1024

/** The annotation of a mirror pod. Its static pod is in a file of the node, so a change in the API has no effect. */
const MIRROR = 'kubernetes.io/config.mirror'

/** Linear in the pod's size, which has a limit. */
export function judgePod(
  pod: PodTemplate,
  { root = DEFAULT_ROOT }: WebhookRewrite,
  parse: ParseAnnotation,
): Admission | ReviewResult {
  const annotations: unknown = pod.metadata?.annotations
  const said = Object.entries(isObject(annotations) ? annotations : {}).filter(([key]) => key.startsWith(PREFIX))
  if (said.length === 0 || Object.hasOwn(annotations ?? {}, MIRROR)) return UNTOUCHED
  const refusal = refuseUnread(pod, said)
  if (refusal !== undefined) return deny([refusal])
  if (pod.metadata?.annotations?.[INJECT] === 'disabled') return UNTOUCHED
  // Parts of an earlier rewrite would conflict with a new one, so the pod is restored first.
  const layout = layOut(restorePod(pod).template)
  if (layout === undefined) return deny(['spec: nested too deeply; pods are not'])
  const reading = readPodOrder(layout.tree, parse, { mostNeeds: MOST_NEEDS })
  const faults = reading.order === undefined ? reading.faults : checkRewrite(layout.tree, reading.order, root)
  if (faults.length > 0) {
    return deny(faults.slice(0, MOST_FAULTS).map(layout.say), faults.length)
  }
  const { edges = [], outside = [] } = reading.order ?? {}
  if (edges.length + outside.length > MOST_WAITS) {
    return deny([`metadata.annotations: more than ${MOST_WAITS} dependencies; write a shorter order`])
  }
  const { containers = [], main = [] } = reading.order ?? {}
  if (main.length * (containers.length - main.length) > MOST_NEEDS) {
    const pairs = `more than ${MOST_NEEDS} pairs of a main container and one that stops when it has ended`
    return deny([`${MAIN}: ${pairs}; name fewer containers in it`])
  }
  return reading.order === undefined ? UNTOUCHED : accept(pod, reading.order, reading, layout)
}

/** @param said podorder's annotations @returns why the pod is refused unread */
function refuseUnread(pod: PodTemplate, said: readonly (readonly [string, unknown])[]): string | undefined {
  const misshapen = findMisshapen(pod)
  if (misshapen !== undefined) return `${misshapen}: this is not a pod as the API server sends it`
  if (allContainers(pod.spec).length > MOST_CONTAINERS) {
    return `spec.containers: more than ${MOST_CONTAINERS} containers; podorder accepts no larger pods`
  }
  const length = said.reduce((sum, [key, text]) => sum + key.length + (key === ORIGINAL ? 0 : String(text).length), 0)
  if (length > MOST_TO_READ) return 'metadata.annotations: more than 64 KiB of podorder.io/…; write a shorter order'
  const { [INJECT]: inject = 'enabled' } = pod.metadata?.annotations ?? {}
  if (inject !== 'enabled' && inject !== 'disabled') {
    return `${INJECT}: unknown word "${cite(inject, LONGEST_WORD)}"; write enabled or disabled`
  }
  if (readOriginal(pod) !== 'unreadable') return undefined
  return `${ORIGINAL}: not what podorder writes; remove it, and what podorder has put into the pod`
}

function accept(pod: PodTemplate, order: Order, { warnings }: PodOrder, layout: SourcedPod): Admission {
  const listed = warnings.slice(0, MOST_WARNINGS)
  const told = listed.map((warning) => cite(`podorder: ${layout.say(warning)}`))
  const left = warnings.length - listed.length
  if (left > 0) told.push(`podorder: ${left} more warnings; podorder check lists all of them`)
  return { kind: 'ordered', pod, order, missing: missingCommands(pod, order), warnings: told }
}

/** @param faults one line each @param all the number of all faults, if `faults` has only a part */
export function deny(faults: readonly string[], all = faults.length): ReviewResult {
  const listed = faults.slice(0, MOST_FAULTS).map((fault) => cite(fault, LONGEST_LINE))
  if (all > listed.length) listed.push(`and ${all - listed.length} more`)
  const [only = ''] = listed
  const many = `podorder: ${all} errors in this pod's order:\n${listed.join('\n')}`
  return { kind: 'denied', message: all === 1 ? `podorder: ${only}` : many }
}

/** @param commands all missing commands, by container */
export function admitPod(
  { pod, order, warnings }: Admission,
  rewrite: WebhookRewrite,
  commands: ReadonlyMap<string, FoundCommand>,
): ReviewResult {
  const commandOf = ({ name }: Container) => commands.get(name)
  const after = rewritePod(pod, order, { ...rewrite, commandOf })
  return { kind: 'allowed', patch: createPatch(pod, after), warnings: [...warnings, ...warn(pod, order, commandOf)] }
}

function warn(pod: PodTemplate, order: Order, commandOf: Parameters<typeof warnOfFirst>[3]): readonly string[] {
  let layout: SourcedPod | undefined
  const readTree = () => (layout = layOut(restorePod(pod).template))?.tree
  return warnOfFirst(readTree, pod, order, commandOf)
    .slice(0, MOST_WARNINGS)
    .map((warning) => cite(`podorder: ${layout?.say(warning) ?? warning.what}`))
}
