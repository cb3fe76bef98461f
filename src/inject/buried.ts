/** Orders in manifests that are text in other objects, such as a ConfigMap or a workflow step. No tool reads them there. Pure. */
import { PREFIX } from '../pod/annotation-names.ts'
import { LET_WEBHOOK } from './handed-on.ts'
import { type Fault, placeWithin, type Scalar, type Tree, walkTree } from '../manifest/tree.ts'

/** An annotation that gives an order, as a key. */
const KEY = /podorder\.io\/(?:depends-on|steps|main|stop-order|wait-timeout|options|command\.[-\w.]+)(?=["']?[ \t]*:)/

/** A copy that kubectl keeps of the manifest itself. */
const COPY = 'kubectl.kubernetes.io/last-applied-configuration'

/** Fields with the values of a chart as text: of k3s' HelmChart, and of Argo CD's applications. */
const VALUES = new Set(['valuesContent', 'values'])

/** Finds at most one order in each text. */
export function findBuried(tree: Tree): readonly Fault[] {
  const found: Fault[] = []
  walkTree(tree, (part, path) => {
    const key = String(path.at(-1))
    if (key.startsWith(PREFIX) || key === COPY) return false
    if (part.kind === 'scalar') found.push(...wordBuried(part, key))
    return true
  })
  return found
}

function wordBuried(scalar: Scalar, key: string): readonly Fault[] {
  const { value } = scalar
  if (typeof value !== 'string' || !value.includes(PREFIX)) return []
  const found = KEY.exec(value)
  if (found === null) return []
  const lines = value.slice(0, found.index).split('\n')
  const at = placeWithin(scalar, { line: lines.length, column: (lines.at(-1) ?? '').length + 1 })
  if (VALUES.has(key)) {
    return [{ at, what: `${found[0]} goes to pods that a chart makes, and inject does not see them`, fix: LET_WEBHOOK }]
  }
  const what = `${found[0]} stands within a text, and podorder does not look into texts`
  return [{ at, what, fix: 'give podorder the manifest in it as a file of its own' }]
}
