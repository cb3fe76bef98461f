/**
 * The annotation `podorder.io/original`: what the rewrite has changed and what cannot be seen in the rewritten pod. It allows undoing
 * the rewrite, value by value, and in a manifest byte by byte.
 */
import { ORIGINAL } from './annotation-names.ts'
import { isObject } from '../base/json-object.ts'
import type { PodTemplate } from './pod.ts'

/** A field that had another value. */
export interface Former {
  /** Absent: the field did not exist. */
  readonly value?: unknown
  /** For a removed field: the field before it. */
  readonly after?: string
}

/** The exact text of fields, if the value is not enough to restore it: the text behind the colon, or a removed field whole. */
export type Texts = Readonly<Record<string, string>>

export interface FormerContainer {
  /** How many of the words behind `--` were the container's command; absent: none, so the image's words are first. */
  readonly command?: number
  /** How many were its args; absent: none. */
  readonly args?: number
  /** The image from which the words come. */
  readonly image?: string
  readonly fields?: Readonly<Record<string, Former>>
  readonly text?: Texts
}

export interface Original {
  readonly containers: Readonly<Record<string, FormerContainer>>
  /** The rewrite has added the label; with the former labels if there were none. */
  readonly labels?: Former
  /** Fields of the pod's spec. `text` is that of the spec's fields, and may include the labels. */
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

/** A limit far above the number of fields that the rewrite changes in a container. The search is quadratic. */
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
