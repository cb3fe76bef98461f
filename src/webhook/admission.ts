/** What becomes of a pod that asks to be admitted. Pure. */
import { ORIGINAL } from '../pod/annotation-names.ts'
import { INJECT, PREFIX } from '../pod/annotation-names.ts'
import { isObject } from '../base/json-object.ts'
import type { Order } from '../order/order.ts'
import { type PodOrder, readPodOrder } from '../order/pod-order.ts'
import type { Container, PodTemplate } from '../pod/pod.ts'
import { readOriginal } from '../pod/original.ts'
import { DEFAULT_ROOT } from '../pod/own.ts'
import { restorePod } from '../rewrite/restore.ts'
import { checkRewrite } from '../rewrite/rewrite-check.ts'
import { missingCommands, type RewriteOptions, rewritePod } from '../rewrite/rewrite.ts'
import type { FoundCommand } from '../rewrite/wrap.ts'
import { describeOn, layOut, type Layout } from '../manifest/pod-page.ts'
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
 * Of podorder's annotations, in characters: to read the worst of this length takes 0.15 s, and an order of 200 containers has 10,000. All
 * annotations of a pod may have four times as much (apimachinery, TotalAnnotationSizeLimitB).
 */
const MOST_TO_READ = 65_536

/** Of the faults of one pod; whoever has more has one of them many times. */
const MOST_FAULTS = 100

/** Of the pod that stands in the API for a static one; that one is in a file of the node, and what is changed here changes nothing there. */
const MIRROR = 'kubernetes.io/config.mirror'

/** Linear in the pod's size. */
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
  if (layout === undefined) return deny(['spec: nested too deeply; no pod is'])
  const reading = readPodOrder(layout.tree, parse)
  const faults = reading.order === undefined ? reading.faults : checkRewrite(layout.tree, reading.order, root)
  if (faults.length > 0) return deny(faults.map((fault) => describeOn(layout, fault)))
  return reading.order === undefined ? UNTOUCHED : accept(pod, reading.order, reading, layout)
}

/** @param said podorder's own annotations @returns why the pod is not even looked into */
function refuseUnread(pod: PodTemplate, said: readonly (readonly [string, unknown])[]): string | undefined {
  const misshapen = findMisshapen(pod)
  if (misshapen !== undefined) return `${misshapen}: this is no pod as the API server has it`
  const length = said.reduce((sum, [key, text]) => sum + (key === ORIGINAL ? 0 : String(text).length), 0)
  if (length > MOST_TO_READ) return 'metadata.annotations: more than 64 KiB of podorder.io/…; say the order in less'
  const { [INJECT]: inject = 'enabled' } = pod.metadata?.annotations ?? {}
  if (inject !== 'enabled' && inject !== 'disabled') {
    return `${INJECT}: unknown word "${inject}"; write enabled or disabled`
  }
  if (readOriginal(pod) !== 'unreadable') return undefined
  return `${ORIGINAL}: not what podorder writes; remove it, and what podorder has put into the pod`
}

function accept(pod: PodTemplate, order: Order, { warnings }: PodOrder, layout: Layout): Admission {
  const told = warnings.map((warning) => `podorder: ${describeOn(layout, warning)}`)
  return { kind: 'ordered', pod, order, missing: missingCommands(pod, order), warnings: told }
}

export function deny(faults: readonly string[]): ReviewResult {
  const listed = faults.slice(0, MOST_FAULTS)
  if (faults.length > listed.length) listed.push(`and ${faults.length - listed.length} more`)
  const [only = ''] = listed
  const many = `podorder: ${faults.length} things are wrong with this pod's order:\n${listed.join('\n')}`
  return { kind: 'denied', message: faults.length === 1 ? `podorder: ${only}` : many }
}

/** @param commands of the missing ones, all of them, by container */
export function admitPod(
  { pod, order, warnings }: Admission,
  rewrite: WebhookRewrite,
  commands: ReadonlyMap<string, FoundCommand>,
): ReviewResult {
  const after = rewritePod(pod, order, { ...rewrite, commandOf: ({ name }) => commands.get(name) })
  return { kind: 'allowed', patch: createPatch(pod, after), warnings }
}
