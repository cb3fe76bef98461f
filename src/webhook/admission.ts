/** What becomes of a pod that asks to be admitted. Pure. */
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

/** The webhook's own part of the options; the commands it finds itself. */
export type WebhookRewrite = Omit<RewriteOptions, 'commandOf' | 'textOf'>

/** A pod that is to be rewritten as soon as its commands are known. */
export interface Admission {
  readonly kind: 'ordered'
  readonly pod: PodTemplate
  readonly order: Order
  /** Those whose command only their image knows. */
  readonly missing: readonly Container[]
  readonly warnings: readonly string[]
}

export type ParseAnnotation = Parameters<typeof readPodOrder>[1]

export const UNTOUCHED = { kind: 'allowed', patch: [], warnings: [] } as const satisfies ReviewResult

/**
 * The budget of one review, beside the depth and the number of values (review-scan.ts). What is beyond it is refused unread.
 * podorder's annotations in characters, keys and texts: an order of 200 containers has 10,000. All annotations of a pod may have four
 * times as much (apimachinery, TotalAnnotationSizeLimitB).
 */
const MOST_TO_READ = 65_536
/** No node runs more. */
const MOST_CONTAINERS = 1000
/** Each becomes a flag of a wrapper; 64 KiB hold some 13,000 of the shortest. */
const MOST_WAITS = 4000
/**
 * Two containers of which one stops after the other, a flag each: many wait for the end of one that needed many, or for the ends of
 * many that are the pod's work.
 */
const MOST_NEEDS = 10_000

/** Faults of one pod that are put into words; whoever has more has one of them many times. */
const MOST_FAULTS = 100

/** Warnings that are put into words; the API server passes on 4 KiB of them (apiserver, pkg/endpoints/filters/warning.go). */
const MOST_WARNINGS = 15

/** A word of the pod's within a line. */
const LONGEST_WORD = 64

/** What a line quotes of the pod may be as long as the pod. */
const LONGEST_LINE = 1024

/** The annotation of the pod that stands in the API for a static one; that one is in a file of the node, and what is changed here changes nothing there. */
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
  // What an earlier call has put in would stand in its own way.
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

/** @param said podorder's own annotations @returns why the pod is not even looked into */
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

/** @param faults one line each @param all how many there are, if more than these */
export function deny(faults: readonly string[], all = faults.length): ReviewResult {
  const listed = faults.slice(0, MOST_FAULTS).map((fault) => cite(fault, LONGEST_LINE))
  if (all > listed.length) listed.push(`and ${all - listed.length} more`)
  const [only = ''] = listed
  const many = `podorder: ${all} errors in this pod's order:\n${listed.join('\n')}`
  return { kind: 'denied', message: all === 1 ? `podorder: ${only}` : many }
}

/** @param commands of the missing ones, all of them, by container */
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
