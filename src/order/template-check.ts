/** Checks of a pod template that must pass before its order can be read. */
import { isLabel } from '../base/dns-name.ts'
import { parseProbe } from '../probe/probe.ts'
import { namePorts, READINESS_PROBES } from '../probe/wrapper-probes.ts'
import { checkPodPolicy, checkRestarts } from './restart-check.ts'
import {
  describeKind,
  type Fault,
  findEntry,
  listItems,
  type Position,
  sortFaults,
  toPlain,
  type Tree,
} from '../manifest/tree.ts'

/**
 * Finds faults that the API server would refuse, as far as podorder depends on them: containers need unique DNS labels as names,
 * commands that are lists of text, and a known restartPolicy (Kubernetes: pkg/apis/core/validation).
 */
export function checkTemplate(tree: Tree): readonly Fault[] {
  const spec = findEntry(tree, 'spec')
  if (spec?.value.kind !== 'map') {
    const at = spec?.keyAt ?? tree.at
    return [
      {
        at,
        what: spec === undefined ? 'the pod has no spec' : 'spec is not a map',
        fix: 'write spec: {containers: […]}',
      },
    ]
  }
  const names = new Set<string>()
  const faults = [
    ...checkContainers('initContainers', spec.value, names),
    ...checkContainers('containers', spec.value, names),
    ...checkMaps('volumes', findEntry(spec.value, 'volumes')?.value),
    ...checkPodPolicy(spec.value),
    ...checkGrace(findEntry(spec.value, 'terminationGracePeriodSeconds')?.value),
  ]
  if (!hasContainers(spec.value)) {
    faults.push({ at: spec.keyAt, what: 'the pod has no containers', fix: 'list at least one under spec.containers' })
  }
  return sortFaults(faults)
}

/** Whether all containers have valid, unique names: only then is an unknown name a spelling mistake. */
export function hasReadableNames(tree: Tree): boolean {
  const spec = findEntry(tree, 'spec')?.value
  if (spec?.kind !== 'map' || !hasContainers(spec)) return false
  const lists = ['initContainers', 'containers'].map((field) => findEntry(spec, field)?.value)
  if (lists.some((list) => list !== undefined && list.kind !== 'list' && !isNull(list))) return false
  const names = lists
    .flatMap((list) => (list?.kind === 'list' ? list.items : []))
    .map((container) => findEntry(container, 'name')?.value)
  const read = names.map((name) =>
    name?.kind === 'scalar' && checkName('', name, name.at).length === 0 ? name.value : undefined,
  )
  return !read.includes(undefined) && new Set(read).size === read.length
}

/** Checks seconds. Kubernetes accepts negative numbers as the least value. */
function checkGrace(grace: Tree | undefined): readonly Fault[] {
  if (grace === undefined || isNull(grace) || (grace.kind === 'scalar' && Number.isSafeInteger(grace.value))) return []
  const is = grace.kind === 'scalar' ? JSON.stringify(grace.value) : describeKind(grace)
  return [{ at: grace.at, what: `terminationGracePeriodSeconds is ${is}`, fix: 'write whole seconds, such as 30' }]
}

/** Whether the list is not empty. That it is not a list is reported elsewhere. */
function hasContainers(spec: Tree): boolean {
  const list = findEntry(spec, 'containers')?.value
  if (list === undefined || isNull(list)) return false
  return list.kind !== 'list' || list.items.length > 0
}

function checkContainers(field: string, spec: Tree, names: Set<string>): readonly Fault[] {
  const entry = findEntry(spec, field)
  if (entry === undefined || isNull(entry.value)) return []
  if (entry.value.kind !== 'list') {
    return [
      {
        at: entry.value.at,
        what: `${field} is ${describeKind(entry.value)}, not a list`,
        fix: 'begin each container with "- name:"',
      },
    ]
  }
  return entry.value.items.flatMap((container, index) => checkContainer(`${field}[${index}]`, container, names))
}

function checkContainer(place: string, container: Tree, names: Set<string>): readonly Fault[] {
  if (container.kind !== 'map') {
    return [
      {
        at: container.at,
        what: `${place} is ${describeKind(container)}, not a map`,
        fix: 'give it a name, an image, a command',
      },
    ]
  }
  const name = findEntry(container, 'name')?.value
  const whose =
    name?.kind === 'scalar' && typeof name.value === 'string' && name.value !== '' ? { container: name.value } : {}
  const faults = [
    ...checkName(place, name, container.at),
    ...checkImage(findEntry(container, 'image')?.value),
    ...checkWords('command', findEntry(container, 'command')?.value),
    ...checkWords('args', findEntry(container, 'args')?.value),
    ...checkMaps('env', findEntry(container, 'env')?.value),
    ...listItems(container, 'env').flatMap(checkVariable),
    ...checkMaps('volumeMounts', findEntry(container, 'volumeMounts')?.value),
    ...checkProbes(container),
    ...checkRestarts(container),
  ]
  if (whose.container !== undefined && name !== undefined) {
    if (names.has(whose.container)) {
      faults.push({
        at: name.at,
        what: 'the name is taken by another container',
        fix: 'give each container a name of its own',
      })
    }
    names.add(whose.container)
  }
  return faults.map((fault) => ({ ...whose, ...fault }))
}

/** Checks for a label of RFC 1123, as `validation.IsDNS1123Label` does. */
function checkName(place: string, name: Tree | undefined, at: Position): readonly Fault[] {
  if (name === undefined || describeKind(name) === 'empty') {
    return [{ at: name?.at ?? at, what: `${place} has no name`, fix: 'give it one, such as name: app' }]
  }
  if (name.kind !== 'scalar' || typeof name.value !== 'string') {
    return [{ at: name.at, what: `the name of ${place} is ${describeKind(name)}, not text`, fix: 'put it in quotes' }]
  }
  if (isLabel(name.value)) return []
  return [
    { at: name.at, what: 'the name is not a DNS label', fix: 'use up to 63 of a-z, 0-9 and -, with no - at an end' },
  ]
}

/** Checks the type of an image. The API server checks whether there is one. */
function checkImage(image: Tree | undefined): readonly Fault[] {
  if (image === undefined || ['text', 'empty'].includes(describeKind(image))) return []
  return [{ at: image.at, what: `image is ${describeKind(image)}, not text`, fix: 'put it in quotes' }]
}

function checkWords(field: string, words: Tree | undefined): readonly Fault[] {
  if (words === undefined || isNull(words)) return []
  if (words.kind !== 'list') {
    return [
      { at: words.at, what: `${field} is ${describeKind(words)}, not a list`, fix: `write ${field}: ["word", "word"]` },
    ]
  }
  return words.items.flatMap((word, index) =>
    word.kind === 'scalar' && typeof word.value === 'string'
      ? []
      : [{ at: word.at, what: `${field}[${index}] is ${describeKind(word)}, not text`, fix: 'put it in quotes' }],
  )
}

/** Checks that numbers and words such as `yes` are in quotes: the API server accepts only text. */
function checkVariable(variable: Tree, index: number): readonly Fault[] {
  return ['name', 'value'].flatMap((field) => {
    const value = findEntry(variable, field)?.value
    if (value === undefined || ['text', 'empty'].includes(describeKind(value))) return []
    return [
      { at: value.at, what: `env[${index}].${field} is ${describeKind(value)}, not text`, fix: 'put it in quotes' },
    ]
  })
}

/** Checks for a list of maps, to which the rewrite adds items. */
function checkMaps(field: string, list: Tree | undefined): readonly Fault[] {
  if (list === undefined || isNull(list)) return []
  const fix = 'begin each item with "- name:"'
  if (list.kind !== 'list') return [{ at: list.at, what: `${field} is ${describeKind(list)}, not a list`, fix }]
  return list.items.flatMap((item, index) =>
    item.kind === 'map' ? [] : [{ at: item.at, what: `${field}[${index}] is ${describeKind(item)}, not a map`, fix }],
  )
}

/** Checks the probes of readiness as the API server does, since the wrapper carries them out. */
function checkProbes(container: Tree): readonly Fault[] {
  const listed = findEntry(container, 'ports')?.value
  const ports = namePorts(listed === undefined ? undefined : toPlain(listed))
  return READINESS_PROBES.flatMap(({ field }) => {
    const probe = findEntry(container, field)?.value
    if (probe === undefined || describeKind(probe) === 'empty') return []
    const parsed = parseProbe(toPlain(probe), ports)
    if (!('problem' in parsed)) return []
    return [
      { at: probe.at, what: `${field}: ${parsed.problem}`, fix: `see kubectl explain pod.spec.containers.${field}` },
    ]
  })
}

/** Whether the value counts as missing; an empty text does not. */
function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null
}
