/** The order in a compose file: `depends_on`, and keys that imply it. */
import { proposeWord } from '../base/suggest.ts'
import { type Condition, CONDITION_NAMES, findSynonym } from '../order/conditions.ts'
import { type Entry, findEntry, type Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import type { ComposeProject } from './compose-project.ts'
import { fieldAt, isMap, booleanOf, readItems, wordOf } from './compose-tree.ts'
import type { DraftEdge } from './draft.ts'

interface Wish {
  readonly target: string
  readonly condition: Condition
  readonly required: boolean
  readonly restart: boolean
  readonly at: Tree | Entry
}

/** @returns the edges of one service; each target once, with the strongest condition */
export function readEdges(
  named: Named,
  containers: ReadonlyMap<string, string>,
  { leftOut, services }: Pick<ComposeProject, 'leftOut' | 'services'>,
  context: ContainerContext,
): readonly DraftEdge[] {
  const edges = new Map<string, DraftEdge>()
  for (const { target, condition, required, restart, at } of [
    ...readDependsOn(named, context),
    ...readImplied(named),
  ]) {
    const container = containers.get(target)
    if (container === undefined) {
      refuseAbsent(target, required, at, containers, leftOut, context)
      continue
    }
    if (container === named.container) {
      context.refuse(at, 'it depends on itself', 'remove it')
      continue
    }
    if (restart && condition === 'completed') {
      context.note(at, `restart has no effect on "${target}", which ends`, 'it is left out')
    }
    if (condition === 'ready' && !isChecked(services.get(target))) {
      const what = `it waits until "${target}" is healthy, which has no healthcheck in this file`
      context.note(at, what, `give "${target}" a healthcheck; without one it counts as ready once it has started`)
    }
    const edge: DraftEdge = {
      ...{ container: named.container, target: container, condition },
      optional: !required,
      restart: restart && condition !== 'completed',
    }
    const known = edges.get(container)
    if (known === undefined || rank(known.condition) < rank(condition)) edges.set(container, edge)
  }
  return [...edges.values()]
}

/** Whether a service has a healthcheck. One without a test gets another remark. */
function isChecked(service: Tree | undefined): boolean {
  const check = fieldAt(service, 'healthcheck')
  const [first] = readItems(fieldAt(check, 'test'))
  return isMap(check) && booleanOf(fieldAt(check, 'disable')) !== true && wordOf(first) !== 'NONE'
}

const rank = (condition: Condition): number => CONDITION_NAMES.indexOf(condition)

function refuseAbsent(
  target: string,
  required: boolean,
  at: Tree | Entry,
  containers: ReadonlyMap<string, string>,
  leftOut: ComposeProject['leftOut'],
  { refuse }: ContainerContext,
): void {
  const absent = leftOut.get(target)
  // Docker compose does not wait for services without replicas.
  if (!required || (absent !== undefined && absent.profiles === undefined)) return
  if (absent === undefined) {
    refuse(
      at,
      `there is no service "${target}"`,
      proposeWord(target, [...containers.keys()], 'name a service of this file'),
    )
  } else {
    const fix = `say --profile ${absent.profiles?.find((profile) => profile !== '') ?? ''}, or write required: false`
    refuse(at, `"${target}" is left out, since its profile is not chosen`, fix)
  }
}

/** Reads `depends_on`. In a list, the condition is `service_started`. */
function readDependsOn({ tree }: Named, { refuse }: ContainerContext): readonly Wish[] {
  const said = fieldAt(tree, 'depends_on')
  if (!isMap(said)) {
    return readItems(said).flatMap((item) => {
      const target = wordOf(item)
      return target === undefined ? [] : [started(target, item)]
    })
  }
  return said.entries.map((entry) => {
    const terms = entry.value
    const word = wordOf(fieldAt(terms, 'condition')) ?? 'service_started'
    const condition = findSynonym(word)
    if (condition === undefined) {
      const known = ['service_started', 'service_healthy', 'service_completed_successfully']
      refuse(entry, `unknown condition "${word}"`, proposeWord(word, known, `it is one of ${known.join(', ')}`))
    }
    return {
      ...started(entry.key, entry),
      condition: condition ?? 'started',
      required: booleanOf(fieldAt(terms, 'required')) !== false,
      restart: booleanOf(fieldAt(terms, 'restart')) === true,
    }
  })
}

/** Reads keys that need another service to be started: `links`, `volumes_from` and shared namespaces. */
function readImplied({ tree }: Named): readonly Wish[] {
  const links = readItems(fieldAt(tree, 'links')).map((item) => started((wordOf(item) ?? '').split(':')[0] ?? '', item))
  const volumes = readItems(fieldAt(tree, 'volumes_from')).flatMap((item) => {
    const source = (wordOf(item) ?? '').split(':')[0] ?? ''
    return source === 'container' ? [] : [started(source, item)]
  })
  const shared = ['network_mode', 'ipc', 'pid'].flatMap((key) => {
    const entry = findEntry(tree, key)
    const [, service] = /^service:(.+)$/.exec(wordOf(entry?.value) ?? '') ?? []
    return entry === undefined || service === undefined ? [] : [started(service, entry)]
  })
  return [...links, ...volumes, ...shared]
}

function started(target: string, at: Tree | Entry): Wish {
  return { target, condition: 'started', required: true, restart: false, at }
}
