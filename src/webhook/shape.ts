/**
 * Checks the types in a pod, which all later code relies on. The API server's decoder guarantees them, so only a review of another
 * client can fail. Pure.
 */
import { PLATFORM_COMMANDS } from '../image/platform-commands.ts'
import { cite } from '../base/escape.ts'
import { isObject, isWords, readObject } from '../base/json-object.ts'

/** @returns the path of the first value of a wrong type; undefined when all are right */
export function findMisshapen(pod: unknown): string | undefined {
  if (!isObject(pod)) return 'pod'
  const { metadata, spec } = pod
  if (metadata !== undefined && !isObject(metadata)) return 'metadata'
  const annotations = metadata?.['annotations']
  if (annotations !== undefined && !isTexts(annotations)) return 'metadata.annotations'
  if (!isObject(spec) || !isNamed(spec['containers'])) return 'spec.containers'
  for (const field of ['initContainers', 'volumes']) if (!isNothingOr(isNamed, spec[field])) return `spec.${field}`
  const containers = [spec['initContainers'], spec['containers']].filter(isNamed).flat()
  for (const { name, ...container } of containers) {
    for (const [field, isRight] of FIELDS) {
      if (!isNothingOr(isRight, container[field])) return `spec.containers[name=${cite(name, 63)}].${field}`
    }
  }
  return undefined
}

interface Named {
  readonly name: string
  readonly [field: string]: unknown
}

const FIELDS: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ['image', isText],
  ['command', isWords],
  ['args', isWords],
  ['volumeMounts', isNamed],
  ['env', (value) => isNamed(value) && value.every(isVariable)],
  ['startupProbe', isProbe],
  ['lifecycle', isObject],
  ['resources', isObject],
]

function isNothingOr(isRight: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || isRight(value)
}

function isNamed(value: unknown): value is readonly Named[] {
  return Array.isArray(value) && value.every((item) => isObject(item) && isText(item['name']))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isText)
}

function isProbe(value: unknown): boolean {
  if (!isObject(value)) return false
  const { exec } = value
  return exec === undefined || (isObject(exec) && isNothingOr(isWords, exec['command']))
}

/** Checks a variable. podorder's own variable must be JSON, since it is read when a rewritten pod comes again. */
function isVariable({ name, value }: Named): boolean {
  if (!isNothingOr(isText, value)) return false
  return name !== PLATFORM_COMMANDS || (isText(value) && Object.values(readObject(value) ?? { bad: 0 }).every(isWords))
}
