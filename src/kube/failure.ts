/** Failures of requests to the API, as data. Pure. */
import { countOf, textOf } from '../pod/api-object.ts'

export interface KubeFailure {
  readonly kind: FailureKind
  /** A clause: the message of the API or of the system. */
  readonly message: string
  /** undefined: no answer came. */
  readonly status: number | undefined
  /** The delay that the server asks for. */
  readonly retryAfterMs: number | undefined
}

/**
 * `unreachable`: no answer, or an incomplete one. `untrusted`: TLS. `unauthorized`: 401. `forbidden`: 403. `missing`: 404.
 * `conflict`: 409. `expired`: 410, for a resourceVersion or a continue token. `throttled`: 429. `broken`: 5xx. `invalid`: any
 * other refusal; a retry cannot succeed.
 */
export type FailureKind =
  | 'unreachable'
  | 'untrusted'
  | 'unauthorized'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'expired'
  | 'throttled'
  | 'broken'
  | 'invalid'

const KINDS: ReadonlyMap<number, FailureKind> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'missing'],
  [409, 'conflict'],
  [410, 'expired'],
  [429, 'throttled'],
])

/** The longest quotation of an answer that is not JSON: from API priority and fairness, or from a proxy. */
const LONGEST_MESSAGE = 300

/**
 * @param body usually a Status object, but plain text from API priority and fairness
 * @param retryAfter the header's value in seconds; the API does not use dates, which HTTP allows too
 */
export function readFailure(status: number, body: string, retryAfter: string | undefined): KubeFailure {
  const answer = parse(body)
  const said = textOf(answer, 'message') || (answer === undefined ? (body.trim().split('\n', 1)[0] ?? '') : '')
  const seconds = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : countOf(answer, 'details', 'retryAfterSeconds')
  return {
    kind: KINDS.get(status) ?? (status >= 500 ? 'broken' : 'invalid'),
    message: said === '' ? `HTTP status ${status}` : said.slice(0, LONGEST_MESSAGE),
    status,
    retryAfterMs: seconds > 0 ? seconds * 1000 : undefined,
  }
}

/** Reads the `object` of a watch's ERROR line: the same Status, with HTTP status 200. */
export function readStatus(status: unknown): KubeFailure {
  return readFailure(countOf(status, 'code') || 500, JSON.stringify(status) ?? '', undefined)
}

export function unreachable(message: string): KubeFailure {
  return { kind: 'unreachable', message, status: undefined, retryAfterMs: undefined }
}

/** Whether the same request may succeed later. */
export function isTransient({ kind }: KubeFailure): boolean {
  return kind === 'unreachable' || kind === 'throttled' || kind === 'broken'
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
