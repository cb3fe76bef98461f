/**
 * The termination message, which passes a step's results to Tekton's controller. The kubelet limits it to 4096 bytes for each
 * container. Pure.
 *
 * Source: tektoncd/pipeline pkg/termination and pkg/result.
 */
import { isObject } from '../base/json-object.ts'
import { writeAsGo } from './go-json.ts'

export const ENTRY_TYPE = { taskResult: 1, internal: 3, stepResult: 4, stepArtifact: 5, taskArtifact: 6 } as const

export interface MessageEntry {
  readonly key: string
  readonly value: string
  /** A value of `ENTRY_TYPE`. In entries of an existing message any other value is kept, and a missing one stays missing. */
  readonly type?: number
}

/** The compression of messages: raw DEFLATE (RFC 1951) in base64 without padding (RFC 4648, section 4). */
export interface Packing {
  pack(text: string): string
  /** @returns undefined when the text is damaged, or larger than `limit` bytes after decompression */
  unpack(packed: string, limit: number): string | undefined
}

const MAX_BYTES = 4096
const MAX_UNPACKED_BYTES = 128 * 1024
const PACKED = 'tknz:'

/** The message of Tekton itself, which its users can search for. */
const TOO_LONG = 'Termination message is above max allowed size 4096, caused by large task result.'

/** Names in older messages in place of numbers (UnmarshalJSON of ResultType). Any other name counts as unknown. */
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
 * Reads an existing message.
 * @param packing required if `isPacked` is true
 * @returns undefined when the text is not a message; it will then be overwritten
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
 * Writes a message if it fits in 4096 bytes. Must be called before the flag of success is written, since a message that does not fit
 * makes the step fail.
 * @param packing undefined: without compression
 */
export function writeMessage(
  entries: readonly MessageEntry[],
  packing: Packing | undefined,
): { readonly text: string } | { readonly problem: string } {
  const plain = writeAsGo(entries.map(({ key, value, type }) => ({ key, value, type })))
  const packed = packing === undefined ? plain : `${PACKED}${packing.pack(plain)}`
  // Compression and base64 may make a short text longer.
  const text = countBytes(packed) < countBytes(plain) ? packed : plain
  return countBytes(text) > MAX_BYTES ? { problem: TOO_LONG } : { text }
}

/** @throws when the item is not an entry. The whole message is then not one of Tekton's. */
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
