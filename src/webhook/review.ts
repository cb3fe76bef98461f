/** Reads and writes admission reviews: `admission.k8s.io/v1` (Kubernetes API reference, AdmissionReview). Pure. */
import { encodeBase64 } from '../base/base64.io.ts'
import { cite } from '../base/escape.ts'
import { isObject, type JsonObject } from '../base/json-object.ts'
import type { PodTemplate } from '../pod/pod.ts'
import type { Operation } from './patch.ts'

export interface Review {
  /** The answer must contain it. */
  readonly uid: string
  readonly apiVersion: string
  /** `namespace/name`, for the log; pods of controllers have a generateName only. */
  readonly about: string
  /** undefined: podorder does not change the request, such as an UPDATE. */
  readonly pod: PodTemplate | undefined
}

export type ReviewResult =
  | { readonly kind: 'allowed'; readonly patch: readonly Operation[]; readonly warnings: readonly string[] }
  | { readonly kind: 'denied'; readonly message: string }

/** The longest name of an object in Kubernetes (RFC 1123 subdomains). */
const LONGEST_NAME = 253

const GROUP = 'admission.k8s.io/'
const VERSION = `${GROUP}v1`

/** Reads a review. @returns the problem when the body is not a review */
export function readReview(body: unknown): Review | { readonly problem: string } {
  if (!isObject(body) || body['kind'] !== 'AdmissionReview' || !startsWithGroup(body['apiVersion'])) {
    return { problem: 'this is not an AdmissionReview' }
  }
  const request = body['request']
  if (!isObject(request) || typeof request['uid'] !== 'string' || request['uid'] === '' || isLong(request['uid'])) {
    return { problem: 'the AdmissionReview has no request with a uid' }
  }
  const { uid, object } = request
  const meta = isObject(object) && isObject(object['metadata']) ? object['metadata'] : {}
  const names = [request['namespace'], request['name'] || meta['name'] || meta['generateName']]
  return {
    uid,
    apiVersion: String(body['apiVersion']),
    about: names
      .filter((name) => typeof name === 'string' && name !== '')
      .map((name) => cite(String(name), LONGEST_NAME))
      .join('/'),
    pod: isNewPod(request) && isObject(object) ? (object as unknown as PodTemplate) : undefined,
  }
}

/** Whether a uid is too long. The API server sends a UUID; the uid is in the answer and in the log. */
function isLong(uid: string): boolean {
  return uid.length > LONGEST_NAME
}

/** Makes the part of an unparsed review that a denial needs. */
export function refuseReview(uid: string, namespace: string): Review {
  return { uid, apiVersion: VERSION, about: cite(namespace, LONGEST_NAME), pod: undefined }
}

export function isSpoken({ apiVersion }: Review): boolean {
  return apiVersion === VERSION
}

/**
 * Denies an unsupported version with an answer in that version, so that the message reaches the user. `response` is the same in
 * v1beta1.
 */
export function denyVersion({ apiVersion }: Review): ReviewResult {
  const message = `podorder supports ${VERSION}, not ${cite(apiVersion, LONGEST_NAME)}; write admissionReviewVersions: ["v1"] in the MutatingWebhookConfiguration`
  return { kind: 'denied', message }
}

function startsWithGroup(apiVersion: unknown): boolean {
  return typeof apiVersion === 'string' && apiVersion.startsWith(GROUP)
}

function isNewPod({ operation, resource, subResource }: JsonObject): boolean {
  if (operation !== 'CREATE' || (subResource ?? '') !== '') return false
  return isObject(resource) && resource['group'] === '' && resource['resource'] === 'pods'
}

/**
 * @returns the AdmissionReview as JSON
 */
export function writeAnswer({ uid, apiVersion }: Review, verdict: ReviewResult): string {
  const response =
    verdict.kind === 'denied' ? writeDenial(verdict.message) : { allowed: true, ...writeChanges(verdict) }
  return JSON.stringify({ apiVersion, kind: 'AdmissionReview', response: { uid, ...response } })
}

function writeChanges({ patch, warnings }: Extract<ReviewResult, { readonly kind: 'allowed' }>): object {
  return {
    ...(patch.length === 0 ? {} : { patchType: 'JSONPatch', patch: encodeBase64(JSON.stringify(patch)) }),
    ...(warnings.length === 0 ? {} : { warnings: fitWarnings(warnings) }),
  }
}

/** Writes a denial with 422 Invalid, the API server's code for an invalid pod; the default would be 400. */
function writeDenial(message: string): object {
  return { allowed: false, status: { code: 422, reason: 'Invalid', message: fit(message, LONGEST_MESSAGE) } }
}

/** The API server cuts a warning after 256 characters, and all of them after 4096 (apiserver, pkg/endpoints/filters/warning.go). */
const LONGEST_WARNING = 256
const MOST_WARNINGS = 16

/** The longest message of a Status, so that an event or an audit line with it stays readable. */
const LONGEST_MESSAGE = 16_384

function fitWarnings(warnings: readonly string[]): readonly string[] {
  const fitting = warnings.slice(0, MOST_WARNINGS)
  const left = warnings.length - fitting.length
  if (left > 0) fitting.splice(-1, 1, `podorder: ${left + 1} more warnings; podorder check lists all of them`)
  return fitting.map((warning) => fit(warning, LONGEST_WARNING))
}

/** Cuts a text to a number of code points, which the API server counts. */
function fit(text: string, most: number): string {
  if (text.length <= most) return text
  const points = Array.from(text)
  return points.length <= most ? text : `${points.slice(0, most - 1).join('')}…`
}
