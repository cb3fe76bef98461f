/**
 * A healthcheck as a readiness probe: both say whether the container can be used, and neither stops it.
 *
 * Source: compose-spec 05-services.md (healthcheck); Dockerfile reference (HEALTHCHECK: interval 30s, timeout 30s, retries 3).
 */
import { findEntry, type MapTree, type Tree } from '../manifest/tree.ts'
import type { ContainerContext } from './compose-context.ts'
import { fieldAt, isMap, booleanOf, readItems, wordOf } from './compose-tree.ts'
import { compact, escapeReferences, type PlainMap } from './draft.ts'
import { parseComposeDuration } from './units.ts'

const INTERVAL_S = 30
const TIMEOUT_S = 30

export function readHealthcheck(tree: MapTree, context: ContainerContext): PlainMap | undefined {
  const entry = findEntry(tree, 'healthcheck')
  if (entry === undefined || !isMap(entry.value)) return undefined
  const check = entry.value
  if (booleanOf(fieldAt(check, 'disable')) === true) return undefined
  const command = readTest(fieldAt(check, 'test'), check, context)
  if (command === undefined) return undefined
  const retries = wordOf(fieldAt(check, 'retries'))
  return compact({
    exec: { command: command.map(escapeReferences) },
    periodSeconds: readSeconds(check, 'interval', INTERVAL_S, context),
    timeoutSeconds: readSeconds(check, 'timeout', TIMEOUT_S, context),
    failureThreshold: retries !== undefined && /^[1-9]\d*$/.test(retries) ? Number(retries) : 3,
  })
}

/** @returns undefined when there is no check, or the check is the image's */
function readTest(test: Tree | undefined, check: MapTree, context: ContainerContext): readonly string[] | undefined {
  if (test === undefined || (test.kind === 'list' && test.items.length === 0)) {
    const fix = 'write its test; without one the container counts as ready once it has started'
    context.note(check, 'the image’s own health check is not known here', fix)
    return undefined
  }
  if (test.kind === 'scalar') return ['/bin/sh', '-c', wordOf(test) ?? 'true']
  const [kind = '', ...words] = readItems(test).map((item) => (item.kind === 'scalar' ? String(item.value ?? '') : ''))
  switch (kind) {
    case 'NONE':
      return undefined
    case 'CMD-SHELL':
      return ['/bin/sh', '-c', words.join(' ')]
    case 'CMD':
      if (words.length > 0) return words
      break
    default:
  }
  context.refuse(
    test,
    `a test begins with CMD, CMD-SHELL or NONE, this one with "${kind}"`,
    'write ["CMD", "pg_isready"]',
  )
  return undefined
}

/** Reads a time as whole seconds, at least 1, as Kubernetes has them. */
function readSeconds(check: MapTree, key: string, natural: number, { refuse }: ContainerContext): number {
  const entry = findEntry(check, key)
  const word = wordOf(entry?.value)
  if (entry === undefined || word === undefined) return natural
  const ms = parseComposeDuration(word)
  if (ms === undefined) refuse(entry, `${key} is "${word}", which is not a duration`, 'write it as 10s or 1m30s')
  return ms === undefined || ms === 0 ? natural : Math.max(1, Math.round(ms / 1000))
}
