/** Admission reviews as the API server sends them, and the webhook's responses. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readNested } from '../../src/manifest/yaml.io.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import type { FoundCommand } from '../../src/rewrite/wrap.ts'
import { admitPod, judgePod, type WebhookRewrite } from '../../src/webhook/admission.ts'
import type { ReviewResult } from '../../src/webhook/review.ts'
import { applyPatch } from './json-patch.ts'

export interface RecordedReview {
  readonly apiVersion: string
  readonly kind: string
  readonly request: {
    readonly uid: string
    readonly operation: string
    readonly resource: { readonly resource: string }
    readonly subResource?: string
    readonly dryRun: boolean
    readonly object: PodTemplate | null
  }
}

export const RECORDED = Object.entries(
  JSON.parse(
    gunzipSync(readFileSync(new URL('../fixtures/admission/requests.json.gz', import.meta.url))).toString(),
  ) as Readonly<Record<string, RecordedReview>>,
)

/** The recorded reviews that podorder must process. */
export const NEW_PODS = RECORDED.filter(
  ([, { request }]) =>
    request.operation === 'CREATE' && request.resource.resource === 'pods' && request.subResource === undefined,
)

export const REWRITE: WebhookRewrite = { image: 'registry.example/podorder:1' }

/** Replaces all annotations of a pod by these annotations of podorder. */
export function annotate(pod: PodTemplate, annotations: Readonly<Record<string, string>>): PodTemplate {
  const own = Object.entries(annotations).map(([name, text]) => [`podorder.io/${name}`, text])
  return { ...pod, metadata: { ...pod.metadata, annotations: Object.fromEntries(own) as Record<string, string> } }
}

export function admit(pod: PodTemplate, commands: ReadonlyMap<string, FoundCommand> = new Map()): ReviewResult {
  const admission = judgePod(pod, REWRITE, readNested)
  return admission.kind === 'ordered' ? admitPod(admission, REWRITE, commands) : admission
}

/** Applies a review result. @returns the pod as the API server stores it */
export function carryOut(pod: PodTemplate, verdict: ReviewResult): PodTemplate {
  if (verdict.kind === 'denied') throw new Error(verdict.message)
  return applyPatch(pod, verdict.patch) as PodTemplate
}
