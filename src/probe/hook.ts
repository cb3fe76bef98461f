/**
 * Reads a container's hooks from a manifest, and from the values of `--post-start` and `pre-stop --hook`. Pure.
 *
 * Source: pkg/apis/core/validation (validateHandler) and pkg/kubelet/lifecycle/handlers.go.
 */
import { isObject } from '../base/json-object.ts'
import { judgeAnswer } from './http-probe.ts'
import { type Check, type Header, parseProbe } from './probe.ts'

export type HookCheck = Extract<Check, { kind: 'exec' | 'http' }>

export type Hook =
  | { readonly kind: 'check'; readonly check: HookCheck }
  | { readonly kind: 'sleep'; readonly ms: number }
  /** A hook that the API server accepts, and that always fails in the kubelet (pkg/kubelet/lifecycle/handlers.go). */
  | { readonly kind: 'impossible'; readonly why: string }

export type ParsedHook = { readonly hook: Hook } | { readonly problem: string }

const HANDLERS = ['exec', 'httpGet', 'sleep', 'tcpSocket'] as const

/** @param ports the container's ports, name to containerPort; none for the command line, which has numbers. */
export function parseHook(value: unknown, ports: ReadonlyMap<string, number>): ParsedHook {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: `the hook is ${JSON.stringify(value) ?? 'missing'}; it must be a map of fields` }
  }
  const fields: { readonly [name: string]: unknown } = { ...value }
  const [handler, second] = HANDLERS.filter((name) => (fields[name] ?? undefined) !== undefined)
  if (handler === undefined) return { problem: 'the hook does nothing; give it one of exec, httpGet, sleep' }
  if (second !== undefined) return { problem: `the hook has both ${handler} and ${second}; keep one` }
  if (handler === 'tcpSocket') {
    return { problem: 'Kubernetes does not run tcpSocket hooks; use exec, httpGet or sleep' }
  }
  if (handler === 'sleep') return parseSleep(fields['sleep'])
  const parsed = parseProbe({ [handler]: fields[handler] }, ports)
  if ('problem' in parsed) return parsed
  const { check } = parsed.probe
  if (check.kind !== 'exec' && check.kind !== 'http') throw new Error(`${handler} was read as ${check.kind}`)
  return { hook: { kind: 'check', check } }
}

/**
 * Reads a preStop hook. tcpSocket is read as a hook that fails, not as a fault: the cluster accepts such a pod, and it still stops.
 */
export function parseStopHook(value: unknown, ports: ReadonlyMap<string, number>): ParsedHook {
  const given = isObject(value) ? HANDLERS.filter((name) => (value[name] ?? undefined) !== undefined) : []
  return given.length === 1 && given[0] === 'tcpSocket'
    ? { hook: { kind: 'impossible', why: 'Kubernetes does not run tcpSocket hooks' } }
    : parseHook(value, ports)
}

function parseSleep(value: unknown): ParsedHook {
  const seconds = typeof value === 'object' && value !== null && 'seconds' in value ? value.seconds : undefined
  return typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds >= 0
    ? { hook: { kind: 'sleep', ms: seconds * 1000 } }
    : { problem: `sleep.seconds is ${JSON.stringify(seconds) ?? 'missing'}; it must be a whole number, 0 or more` }
}

/** @returns the hook, or one sentence that begins with the flag and says what is wrong. */
export function hookFromFlag(flag: '--post-start' | '--hook', text: string): ParsedHook {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: `${flag}: not JSON; it takes a Kubernetes lifecycle handler, {"exec":{"command":["…"]}}` }
  }
  const parsed = flag === '--hook' ? parseStopHook(value, new Map()) : parseHook(value, new Map())
  return 'problem' in parsed ? { problem: `${flag}: ${parsed.problem}` } : parsed
}

/** Judges any answer as success, regardless of its status. Redirects are followed as for a probe. */
export const judgeHookAnswer: typeof judgeAnswer = (request, answer, headers) =>
  answer.status >= 300 && answer.status < 400 ? judgeAnswer(request, answer, headers) : { ok: true }

/** Writes the headers of a probe with another User-Agent. */
export function writeHookHeaders(headers: readonly Header[]): readonly Header[] {
  const named = headers.some(({ name }) => name.toLowerCase() === 'user-agent')
  return named ? headers : [...headers, { name: 'User-Agent', value: 'kube-lifecycle/podorder' }]
}

export function withoutAuthorization(headers: readonly Header[]): readonly Header[] {
  return headers.filter(({ name }) => name.toLowerCase() !== 'authorization')
}
