/** Checks whether a pod can be rewritten: names and paths that the rewrite needs, and containers that it cannot wrap. Pure. */
import { ORDERED } from '../pod/annotation-names.ts'
import { type Fault, findEntry, findTree, listItems, sortFaults, type Tree } from '../manifest/tree.ts'
import type { Order, OutsideWait } from '../order/order.ts'
import { INIT_CONTAINER, isOwnVolume } from '../pod/own.ts'

/**
 * @param template a pod or template that passes `checkTemplate` and was not rewritten
 * @param root the directory for podorder's files in the containers
 */
export function checkRewrite(template: Tree, order: Order, root: string): readonly Fault[] {
  const ordered = new Set(order.containers)
  return sortFaults([
    ...checkSystem(template),
    ...checkSidecars(template, order),
    ...checkLabel(template),
    ...listItems(template, 'spec', 'volumes').flatMap(checkVolume),
    ...['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
      listItems(template, 'spec', list).flatMap(checkName),
    ),
    ...[...listItems(template, 'spec', 'initContainers'), ...listItems(template, 'spec', 'containers')].flatMap(
      (container) => {
        const name = readText(container, 'name') ?? ''
        return ordered.has(name) ? checkContainer(container, name, root) : []
      },
    ),
  ])
}

const SYSTEM_LABELS = ['kubernetes.io/os', 'beta.kubernetes.io/os']

/** A setting that only pods for Windows have: the API server refuses it with spec.os.name: linux. */
const WINDOWS_OPTIONS = ['securityContext', 'windowsOptions']

/** Refuses pods for Windows. Reports the first sign only: spec.os.name, the node label, or settings for Windows. */
function checkSystem(template: Tree): readonly Fault[] {
  const named = [['os', 'name'], ...SYSTEM_LABELS.map((label) => ['nodeSelector', label])]
  const values = [...named.map((path) => findTree(template, ['spec', ...path])), ...listSystemsOfNodes(template)]
  const containers = [...listItems(template, 'spec', 'initContainers'), ...listItems(template, 'spec', 'containers')]
  const options = [
    findTree(template, ['spec', ...WINDOWS_OPTIONS]),
    ...containers.map((one) => findTree(one, WINDOWS_OPTIONS)),
  ]
  const sign =
    values.find((value) => value?.kind === 'scalar' && value.value === 'windows') ??
    options.find((value) => value?.kind === 'map' && value.entries.length > 0)
  if (sign === undefined) return []
  const fix = 'remove the order; the entrypoint is a Linux executable'
  return [{ at: sign.at, what: 'a pod for Windows cannot be ordered', fix }]
}

/** The operating systems in the pod's node affinity. Only a single term decides: of several terms one is enough for a node. */
function listSystemsOfNodes(template: Tree): readonly Tree[] {
  const required = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms']
  const terms = listItems(template, 'spec', ...required)
  if (terms.length !== 1) return []
  const rules = terms.flatMap((term) => listItems(term, 'matchExpressions'))
  return rules.flatMap((rule) => {
    const isOfSystem = SYSTEM_LABELS.includes(readText(rule, 'key') ?? '') && readText(rule, 'operator') === 'In'
    const values = listItems(rule, 'values')
    return isOfSystem && values.length === 1 ? values : []
  })
}

/** Refuses a wait for an ordinary init container as a sidecar: it has ended before the first container starts. */
export function checkSidecars(template: Tree, { outside }: Pick<Order, 'outside'>): readonly Fault[] {
  const inits = listItems(template, 'spec', 'initContainers')
  const ending = new Set(
    inits
      .filter((container) => readText(container, 'restartPolicy') !== 'Always')
      .map((container) => readText(container, 'name')),
  )
  return outside.flatMap(({ container, target, at }: OutsideWait) => {
    if (target.kind !== 'sidecar' || !ending.has(target.name)) return []
    const fix = 'remove it: every init container has ended before the first container starts'
    return [{ at, container, what: `"${target.name}" is an init container, not a sidecar`, fix }]
  })
}

/** Refuses another value of the label by which the controller selects pods. */
function checkLabel(template: Tree): readonly Fault[] {
  const label = findTree(template, ['metadata', 'labels', ORDERED])
  if (label === undefined || (label.kind === 'scalar' && label.value === 'true')) return []
  return [{ at: label.at, what: `the label ${ORDERED} is podorder's own`, fix: 'remove it' }]
}

function checkVolume(volume: Tree): readonly Fault[] {
  const name = findEntry(volume, 'name')?.value
  if (name?.kind !== 'scalar' || !isOwnVolume({ name: String(name.value) })) return []
  return [
    { at: name.at, what: `the volume's name ${name.value} is reserved for podorder`, fix: 'give it another name' },
  ]
}

function checkName(container: Tree): readonly Fault[] {
  const name = findEntry(container, 'name')?.value
  if (name?.kind !== 'scalar' || name.value !== INIT_CONTAINER) return []
  return [
    { at: name.at, what: `the name ${name.value} is reserved for podorder`, fix: 'give the container another name' },
  ]
}

function checkContainer(container: Tree, name: string, root: string): readonly Fault[] {
  const paths = [
    ...listItems(container, 'volumeMounts').map((mount) => findEntry(mount, 'mountPath')?.value),
    ...listItems(container, 'volumeDevices').map((device) => findEntry(device, 'devicePath')?.value),
  ]
  return paths.flatMap((path) => {
    if (path?.kind !== 'scalar' || !overlaps(String(path.value), root)) return []
    return [
      {
        ...{ at: path.at, container: name, what: `it mounts a volume at ${path.value}, which podorder needs` },
        fix: 'mount it elsewhere, or choose another path for podorder with --root DIR',
      },
    ]
  })
}

/** Whether a path is the root or below it. A path above it is valid: podorder's volumes are mounted inside. */
function overlaps(path: string, root: string): boolean {
  const clean = `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`
  return clean === root || clean.startsWith(`${root}/`)
}

function readText(tree: Tree, key: string): string | undefined {
  const value = findEntry(tree, key)?.value
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}
