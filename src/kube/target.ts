/** Targets outside the pod, as text: `pod/db`, `job/shop/-lapp=migrate`, `tcp://broker:5672`, `file:/run/x`. Pure. */
import { type Demand, demandsOf, OBJECT_KINDS, type ObjectKind, SIDECAR_PREFIX, TARGET_KINDS } from './kinds.ts'
import { probeFromFlag } from '../probe/probe-flag.ts'
import type { Check } from '../probe/probe.ts'
import { isLabel, isSubdomain } from '../base/dns-name.ts'
import { proposeWord } from '../base/suggest.ts'

export interface ObjectTarget {
  readonly kind: ObjectKind
  readonly demand: Demand
  /** undefined: the client's namespace. */
  readonly namespace: string | undefined
  readonly which: Which
  /** For Jobs: a missing Job counts as completed. Without it, the wait continues until the Job exists. */
  readonly absentCounts?: true
  /** The name in messages. */
  readonly label: string
}

/** The meaning of a missing Job: still to come, or completed and removed (`ttlSecondsAfterFinished`). */
export const ABSENCES = ['waiting', 'completed'] as const

export type Absence = (typeof ABSENCES)[number]

/** @returns undefined when the target is not a Job */
export function countAbsent<Any extends { readonly kind: string }>(
  target: Any,
): (Any & { absentCounts: true }) | undefined {
  return target.kind === 'job' ? { ...target, absentCounts: true } : undefined
}

export type Which = { readonly name: string } | { readonly selector: string }

export interface CheckTarget {
  readonly kind: 'check'
  readonly check: Check
  readonly label: string
}

export interface FileTarget {
  readonly kind: 'file'
  readonly path: string
  readonly label: string
}

export type Target = ObjectTarget | CheckTarget | FileTarget

export type ParsedTarget = Target | { readonly problem: string }

const SPELLINGS = TARGET_KINDS.map(({ prefix }) => prefix).filter((prefix) => prefix !== SIDECAR_PREFIX)

/** The suffixes of k8s-wait-for. */
const SUFFIXES: Readonly<Record<Demand, string>> = { all: '', finished: '-we', some: '-wr' }

/** Writes a kind with its suffix, such as `pod-we`. */
function writeWord(kind: ObjectKind, demand: Demand): string {
  return `${kind}${demand === demandsOf(kind)[0] ? '' : SUFFIXES[demand]}`
}

interface Wish {
  readonly kind: ObjectKind
  readonly demand: Demand
}

const WISHES: ReadonlyMap<string, Wish> = new Map(
  OBJECT_KINDS.flatMap((kind) => demandsOf(kind).map((demand) => [writeWord(kind, demand), { kind, demand }])),
)

/**
 * Reads `KIND/[NAMESPACE/]NAME` and `KIND/[NAMESPACE/]-lSELECTOR` (a selector may contain slashes), `tcp://HOST:PORT`, an
 * http or https URL, `exec:WORD WORD…` or `exec:["WORD",…]`, `file:PATH`. Reading the result's label gives the same target.
 *
 * `service/NAME` asks for one ready endpoint: with 49 of 50 endpoints ready a client should start. k8s-wait-for's word `service`
 * asks for all of them (`wait/wait-plan.ts`).
 * @returns the target, or one sentence that says what is wrong.
 */
export function parseTarget(text: string): ParsedTarget {
  const slash = text.indexOf('/')
  const wish = WISHES.get(text.slice(0, Math.max(slash, 0)))
  if (wish !== undefined) return parseObject(wish, text.slice(slash + 1))
  if (text.startsWith('tcp://')) return checkTcp(text.slice('tcp://'.length))
  if (/^https?:\/\//.test(text)) return checkHttp(text)
  if (text.startsWith('exec:')) return checkExec(text.slice('exec:'.length))
  if (text.startsWith('file:')) return fileAt(text.slice('file:'.length))
  const word = /^[^/:]*(?:\/|:\/\/|:)?/.exec(text)?.[0] ?? text
  const proposal = proposeWord(word, SPELLINGS, `it is one of ${SPELLINGS.join(', ')}`)
  return { problem: `unknown target "${text}"; ${proposal}` }
}

function parseObject({ kind, demand }: Wish, rest: string): ParsedTarget {
  const slash = rest.startsWith('-l') ? -1 : rest.indexOf('/')
  const namespace = slash === -1 ? undefined : rest.slice(0, slash)
  const named = rest.slice(slash + 1)
  const which = named.startsWith('-l') ? { selector: named.slice(2).trim() } : { name: named }
  return makeObject(kind, demand, namespace, which)
}

export function makeObject(
  kind: ObjectKind,
  demand: Demand,
  namespace: string | undefined,
  which: Which,
): ObjectTarget | { readonly problem: string } {
  const named = 'name' in which ? which.name : `-l${which.selector}`
  const label = `${writeWord(kind, demand)}/${namespace === undefined ? '' : `${namespace}/`}${named}`
  if (namespace !== undefined && !isLabel(namespace)) {
    return { problem: `"${namespace}" in ${label} is not the name of a namespace` }
  }
  if ('selector' in which ? which.selector === '' : !isSubdomain(which.name)) {
    const what = 'selector' in which ? 'an empty selector would select everything' : `"${which.name}" is not a name`
    return { problem: `${label}: ${what}; write ${kind}/NAME or ${kind}/-lapp=db` }
  }
  return { kind, demand, namespace, which, label }
}

export function checkTcp(address: string): ParsedTarget {
  const parsed = probeFromFlag('ready-tcp', address)
  const check = 'problem' in parsed ? undefined : parsed.probe.check
  if (check?.kind !== 'tcp' || check.host === undefined) return { problem: `"tcp://${address}" is not tcp://HOST:PORT` }
  return { kind: 'check', check, label: `tcp://${address}` }
}

export function checkHttp(url: string): ParsedTarget {
  const parsed = probeFromFlag('ready-http', url)
  if ('problem' in parsed) return { problem: `"${url}" is not a URL such as http://db:8080/healthz` }
  return { kind: 'check', check: parsed.probe.check, label: url }
}

/** Reads a command line: words are separated by spaces, and quotes have no meaning, since there may be no shell. */
export function checkExec(command: string): ParsedTarget {
  const words = command.trim()
  const json = words.startsWith('[') ? words : JSON.stringify(words.split(/\s+/))
  const parsed = probeFromFlag('ready-exec', json)
  if ('problem' in parsed || words === '') {
    return { problem: `"exec:${command}" is not a command such as exec:pg_isready -q or exec:["pg_isready","-q"]` }
  }
  return { kind: 'check', check: parsed.probe.check, label: `exec:${words}` }
}

export function fileAt(path: string): ParsedTarget {
  return path === ''
    ? { problem: 'file: names no file; write file:/path' }
    : { kind: 'file', path, label: `file:${path}` }
}
