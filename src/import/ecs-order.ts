/** The order of an ECS task definition: `dependsOn`. Source: Amazon ECS developer guide, "Container dependency". */
import { proposeWord } from '../base/suggest.ts'
import { type Condition, CONDITION_NAMES, findSynonym } from '../order/conditions.ts'
import { findEntry, type Tree } from '../manifest/tree.ts'
import { type ComposeContext, fieldAt, placeOf, readItems, wordOf } from './compose-tree.ts'
import { type DraftEdge, toLabel } from './draft.ts'
import { type Ordered, refuseCycles, refuseTwins } from './members.ts'

/** Conditions of ECS; all others have the names of `podorder.io/depends-on`. */
const CONDITIONS: Readonly<Record<string, Condition>> = {
  START: 'started',
  COMPLETE: 'ended',
  SUCCESS: 'completed',
  HEALTHY: 'ready',
}

/** Reads the order of all containers. Refuses names that are taken, and containers that wait for each other. */
export function readEcsOrder(definitions: readonly Tree[], context: ComposeContext): readonly DraftEdge[] {
  // What has a wrong type would give further faults.
  const isRead = context.remarks.refused.length === 0
  const names = definitions.map((one) => wordOf(fieldAt(one, 'name')) ?? '')
  const edges = isRead ? definitions.flatMap((one) => readEdges(one, definitions, names, context)) : []
  const members = definitions.map((one) => memberOf(one))
  refuseTwins(members, context)
  refuseCycles(members, edges, 'remove one of these dependsOn', context)
  return edges
}

function memberOf(one: Tree): Ordered {
  const written = wordOf(fieldAt(one, 'name')) ?? ''
  return {
    container: toLabel(written),
    written,
    about: `container "${written}"`,
    at: findEntry(one, 'dependsOn') ?? one,
  }
}

function readEdges(
  one: Tree,
  all: readonly Tree[],
  names: readonly string[],
  context: ComposeContext,
): readonly DraftEdge[] {
  const container = wordOf(fieldAt(one, 'name')) ?? ''
  const about = `container "${container}"`
  return readItems(fieldAt(one, 'dependsOn')).flatMap((item) => {
    const target = wordOf(fieldAt(item, 'containerName')) ?? ''
    const word = wordOf(fieldAt(item, 'condition')) ?? ''
    const condition = CONDITIONS[word.toUpperCase()] ?? findSynonym(word)
    const place = placeOf(item, context)
    if (!names.includes(target)) {
      const fix = proposeWord(target, names, `there are ${names.join(', ')}`)
      context.remarks.refuse(place, about, `depends on "${target}", which is not there`, fix)
      return []
    }
    if (condition === undefined || !CONDITION_NAMES.includes(condition)) {
      const known = Object.keys(CONDITIONS)
      const fix = proposeWord(word.toUpperCase(), known, `it is one of ${known.join(', ')}`)
      context.remarks.refuse(place, about, `unknown condition "${word}"`, fix)
      return []
    }
    // The timeout of a wait is a field of the target container.
    const owner = all[names.indexOf(target)]
    const seconds = Number(wordOf(fieldAt(owner, 'startTimeout')) ?? 0)
    const timeout = seconds > 0 ? { timeoutMs: seconds * 1000 } : {}
    return [{ container: toLabel(container), target: toLabel(target), condition, ...timeout }]
  })
}
