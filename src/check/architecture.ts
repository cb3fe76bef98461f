/** Checks whether the executable can run on the pod's nodes. It exists for the architectures below only. Pure. */
import { findEntry, findTree, listItems, type Tree } from '../manifest/tree.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, placeIn } from './checked-pod.ts'

/** Names as used by Go, images and node labels. */
const ARCHITECTURES: readonly string[] = ['amd64', 'arm64']

const LABELS = ['kubernetes.io/arch', 'beta.kubernetes.io/arch']

const EXISTS = `podorder's executable exists for ${ARCHITECTURES.join(' and ')}`
const FIX = `let it run on ${ARCHITECTURES.join(' or ')}, or remove the order`

export function checkArchitecture(pod: CheckedPod): readonly CheckResult[] {
  return [...checkSelector(pod.tree), ...checkAffinity(pod.tree), ...checkImages(pod)]
}

function checkSelector(tree: Tree): readonly CheckResult[] {
  return LABELS.flatMap((label) => {
    const value = findTree(tree, ['spec', 'nodeSelector', label])
    if (value?.kind !== 'scalar' || value.value === null || ARCHITECTURES.includes(String(value.value))) return []
    return [refuse(value, `it runs on ${value.value} nodes only`)]
  })
}

/** Node affinity matches if one term does; in a term all expressions must match (component-helpers/scheduling, nodeaffinity). */
function checkAffinity(tree: Tree): readonly CheckResult[] {
  const terms = listItems(
    tree,
    ...['spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'],
  )
  const expressions = terms.map((term) => listItems(term, 'matchExpressions').filter(isAboutArchitecture))
  const [first] = expressions.flat()
  if (first === undefined) return []
  if (!expressions.some((all) => ARCHITECTURES.some((one) => all.every((each) => allows(each, one))))) {
    return [refuse(first, `its node affinity allows neither ${ARCHITECTURES.join(' nor ')} nodes`)]
  }
  const others = expressions
    .flat()
    .filter((expression) => readText(expression, 'operator') === 'In')
    .flatMap((expression) => listItems(expression, 'values'))
    .filter((value) => value.kind === 'scalar' && !ARCHITECTURES.includes(String(value.value)))
  return others.map((value): CheckResult => {
    const what = `its node affinity allows ${value.kind === 'scalar' ? value.value : ''} nodes; ${EXISTS}`
    return { rule: 'architecture', level: 'warning', at: value.at, what, fix: 'take it out' }
  })
}

function isAboutArchitecture(expression: Tree): boolean {
  return LABELS.includes(readText(expression, 'key'))
}

/** Every node has the label, so that Exists excludes none and DoesNotExist excludes all. */
function allows(expression: Tree, architecture: string): boolean {
  const named = listItems(expression, 'values').some((item) => item.kind === 'scalar' && item.value === architecture)
  const operator = readText(expression, 'operator')
  return operator === 'In' ? named : operator === 'NotIn' ? !named : operator !== 'DoesNotExist'
}

function checkImages({ tree, platforms }: CheckedPod): readonly CheckResult[] {
  return [...platforms].flatMap(([container, known]): readonly CheckResult[] => {
    const architectures = known.flatMap((platform) => platform.split('/')[1] ?? [])
    if (architectures.length === 0 || architectures.some((one) => ARCHITECTURES.includes(one))) return []
    const what = `its image exists for ${[...new Set(architectures)].join(', ')} only; ${EXISTS}`
    return [{ rule: 'architecture', level: 'error', at: placeIn(tree, container, 'image'), container, what, fix: FIX }]
  })
}

function refuse({ at }: Tree, said: string): CheckResult {
  return { rule: 'architecture', level: 'error', at, what: `${said}; ${EXISTS}`, fix: FIX }
}

function readText(tree: Tree, key: string): string {
  const value = findEntry(tree, key)?.value
  return value?.kind === 'scalar' ? String(value.value) : ''
}
