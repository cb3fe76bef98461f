/**
 * The termination message with a step's results for Tekton's controller. Pure.
 * Source: tektoncd/pipeline pkg/termination and pkg/result; the limit is the kubelet's, for one container.
 */
import { isObject } from '../base/json-object.ts'
import { writeAsGo } from './go-json.ts'

export const ENTRY_TYPE = { taskResult: 1, internal: 3, stepResult: 4, stepArtifact: 5, taskArtifact: 6 } as const

export interface MessageEntry {
  readonly key: string
  readonly value: string
  /** A value of `ENTRY_TYPE`; those of an existing message are kept whatever they are, and a missing one stays missing. */
  readonly type?: number
}

/** Raw DEFLATE (RFC 1951) and base64 without padding (RFC 4648, section 4). */
export interface Packing {
  pack(text: string): string
  /** @returns undefined when it is damaged, or larger than `limit` bytes once unpacked. */
  unpack(packed: string, limit: number): string | undefined
}

const MAX_BYTES = 4096
const MAX_UNPACKED_BYTES = 128 * 1024
const PACKED = 'tknz:'

/** Tekton's words, for which its users search. */
const TOO_LONG = 'Termination message is above max allowed size 4096, caused by large task result.'

/** What readers of older messages accept in place of numbers (UnmarshalJSON of ResultType); anything else is unknown. */
const NAMED_TYPES: Readonly<Record<string, number>> = {
  TaskRunResult: 1,
  InternalTektonResult: 3,
  StepResult: 4,
  StepArtifactsResult: 5,
  TaskRunArtifactsResult: 6,
}
const TYPE_UNKNOWN = 10

export function isPacked(text: string): boolean {
  return text.startsWith(PACKED)
}

/**
 * @param packing needed where `isPacked` says so
 * @returns undefined when it is no message: it will be overwritten
 */
export function readMessage(text: string, packing: Packing | undefined): readonly MessageEntry[] | undefined {
  const json = isPacked(text) ? packing?.unpack(text.slice(PACKED.length), MAX_UNPACKED_BYTES) : text
  try {
    const value: unknown = JSON.parse(json ?? '')
    return Array.isArray(value) ? value.map(readEntry) : undefined
  } catch {
    return undefined
  }
}

/**
 * Writes a message if it fits. It is called before the flag of success is written.
 * @param packing undefined: not compressed
 */
export function writeMessage(
  entries: readonly MessageEntry[],
  packing: Packing | undefined,
): { readonly text: string } | { readonly problem: string } {
  const plain = writeAsGo(entries.map(({ key, value, type }) => ({ key, value, type })))
  const packed = packing === undefined ? plain : `${PACKED}${packing.pack(plain)}`
  // A short text without repetitions may become longer by compression and base64.
  const text = countBytes(packed) < countBytes(plain) ? packed : plain
  return countBytes(text) > MAX_BYTES ? { problem: TOO_LONG } : { text }
}

/** @throws when it is not an entry: the whole message is not Tekton's then. */
function readEntry(item: unknown): MessageEntry {
  if (!isObject(item)) throw new TypeError('not a map')
  const { key = '', value: text = '', type } = item
  if (typeof key !== 'string' || typeof text !== 'string') throw new TypeError('not an entry')
  if (type === undefined) return { key, value: text }
  if (typeof type === 'number') return { key, value: text, type }
  return { key, value: text, type: (typeof type === 'string' ? NAMED_TYPES[type] : undefined) ?? TYPE_UNKNOWN }
}

function countBytes(text: string): number {
  return new TextEncoder().encode(text).length
}
