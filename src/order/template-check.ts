/** What must be right about a pod template before anything can be said of its order. */
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
 * What the API server would refuse, as far as podorder relies on it: containers with distinct DNS labels for names, commands
 * that are lists of text, a known restartPolicy (Kubernetes: pkg/apis/core/validation).
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

/** Whether each container has a name of its own that the API server takes: only then is another name a slip. */
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

/** Seconds. Kubernetes takes a negative number for the least. */
function checkGrace(grace: Tree | undefined): readonly Fault[] {
  if (grace === undefined || isNull(grace) || (grace.kind === 'scalar' && Number.isSafeInteger(grace.value))) return []
  const is = grace.kind === 'scalar' ? JSON.stringify(grace.value) : describeKind(grace)
  return [{ at: grace.at, what: `terminationGracePeriodSeconds is ${is}`, fix: 'write whole seconds, such as 30' }]
}

/** Only whether there are none: that it is no list at all has been said. */
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

/** RFC 1123, as `validation.IsDNS1123Label` has it. */
function checkName(place: string, name: Tree | undefined, at: Position): readonly Fault[] {
  if (name === undefined || describeKind(name) === 'empty') {
    return [{ at: name?.at ?? at, what: `${place} has no name`, fix: 'give it one, such as name: app' }]
  }
  if (name.kind !== 'scalar' || typeof name.value !== 'string') {
    return [{ at: name.at, what: `the name of ${place} is ${describeKind(name)}, not text`, fix: 'put it in quotes' }]
  }
  if (name.value.length <= 63 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(name.value)) return []
  return [
    { at: name.at, what: 'the name is not a DNS label', fix: 'use up to 63 of a-z, 0-9 and -, with no - at an end' },
  ]
}

/** Whether there is one is the API server's matter. */
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

/** Checks that a number or `yes` that is meant as text is in quotes; the API server refuses the pod otherwise. */
function checkVariable(variable: Tree, index: number): readonly Fault[] {
  return ['name', 'value'].flatMap((field) => {
    const value = findEntry(variable, field)?.value
    if (value === undefined || ['text', 'empty'].includes(describeKind(value))) return []
    return [
      { at: value.at, what: `env[${index}].${field} is ${describeKind(value)}, not text`, fix: 'put it in quotes' },
    ]
  })
}

/** A list of maps, which podorder adds to. */
function checkMaps(field: string, list: Tree | undefined): readonly Fault[] {
  if (list === undefined || isNull(list)) return []
  const fix = 'begin each item with "- name:"'
  if (list.kind !== 'list') return [{ at: list.at, what: `${field} is ${describeKind(list)}, not a list`, fix }]
  return list.items.flatMap((item, index) =>
    item.kind === 'map' ? [] : [{ at: item.at, what: `${field}[${index}] is ${describeKind(item)}, not a map`, fix }],
  )
}

/** The probes that tell of readiness: the wrapper carries them out, so they are read here as the API server would. */
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

/** As good as left out; an empty text is not. */
function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null
}
