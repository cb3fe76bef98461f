/**
 * What a rewritten pod was before, as far as it cannot be seen in it: the annotation `podorder.io/original`. With it the
 * rewrite is undone, value by value, and in a manifest byte by byte.
 */
import { ORIGINAL } from './annotation-names.ts'
import { isObject } from '../base/json-object.ts'
import type { PodTemplate } from './pod.ts'

/** A field that had another value. */
export interface Former {
  /** Absent: there was no such field. */
  readonly value?: unknown
  /** The field behind which a field stood that is gone. */
  readonly after?: string
}

/** How fields were written, where their values do not tell: what stood behind the colon; all of a field that is gone. */
export type Texts = Readonly<Record<string, string>>

export interface FormerContainer {
  /** How many of the words behind `--` were its command; absent: it had none, its image's words come first. */
  readonly command?: number
  /** How many were its args; absent: it had none. */
  readonly args?: number
  /** The image that the words come from. */
  readonly image?: string
  readonly fields?: Readonly<Record<string, Former>>
  readonly text?: Texts
}

export interface Original {
  readonly containers: Readonly<Record<string, FormerContainer>>
  /** The pod has got its label from the rewrite; and what its labels were, where there was none. */
  readonly labels?: Former
  /** Fields of the pod's spec, as its text, which may have the labels too. */
  readonly fields?: Readonly<Record<string, Former>>
  readonly text?: Texts
}

/** @returns undefined for a pod that was not rewritten, `'unreadable'` when the annotation is not what the rewrite writes */
export function readOriginal({ metadata }: Pick<PodTemplate, 'metadata'>): Original | 'unreadable' | undefined {
  const text: unknown = metadata?.annotations?.[ORIGINAL]
  if (text === undefined) return undefined
  if (typeof text !== 'string') return 'unreadable'
  try {
    const value: unknown = JSON.parse(text)
    return isOriginal(value) ? value : 'unreadable'
  } catch {
    return 'unreadable'
  }
}

export function writeOriginal(original: Original): string {
  return JSON.stringify(original)
}

function isOriginal(value: unknown): value is Original {
  if (!isObject(value) || !isObject(value['containers']) || !areNotes(value)) return false
  if (value['labels'] !== undefined && !isFormer(value['labels'])) return false
  return Object.values(value['containers']).every(
    (former) => isObject(former) && isCount(former['command']) && isCount(former['args']) && areNotes(former),
  )
}

/** Far more than the rewrite takes from one container; each is searched for among the others. */
const MOST_FIELDS = 32

function areNotes({ fields = {}, text = {} }: Readonly<Record<string, unknown>>): boolean {
  if (!isObject(fields) || !isObject(text) || Object.keys(fields).length > MOST_FIELDS) return false
  return Object.values(fields).every(isFormer) && Object.values(text).every(isText)
}

function isFormer(value: unknown): boolean {
  return isObject(value) && (value['after'] === undefined || isText(value['after']))
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isCount(value: unknown): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= 0)
}
