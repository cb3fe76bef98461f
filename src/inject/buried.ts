/** Orders in manifests that are text in other objects, such as a ConfigMap or a workflow step. No tool reads them there. Pure. */
import { PREFIX } from '../pod/annotation-names.ts'
import { type Fault, placeWithin, type Scalar, type Tree } from '../manifest/tree.ts'

/** An annotation that gives an order, as a key. */
const KEY = /podorder\.io\/(?:depends-on|steps|main|stop-order|wait-timeout|options|command\.[-\w.]+)(?=["']?[ \t]*:)/

/** A copy that kubectl keeps of the manifest itself. */
const COPY = 'kubectl.kubernetes.io/last-applied-configuration'

/** Finds at most one order in each text. */
export function findBuried(tree: Tree): readonly Fault[] {
  const found: Fault[] = []
  /** Maps and lists that are done: aliases share them. */
  const seen = new Set<unknown>()
  const look = (part: Tree): void => {
    if (part.kind === 'scalar') return void found.push(...wordBuried(part))
    const parts = part.kind === 'map' ? part.entries : part.items
    if (seen.has(parts)) return
    seen.add(parts)
    if (part.kind === 'list') for (const item of part.items) look(item)
    else for (const { key, value } of part.entries) if (!key.startsWith(PREFIX) && key !== COPY) look(value)
  }
  look(tree)
  return found
}

function wordBuried(scalar: Scalar): readonly Fault[] {
  const { value } = scalar
  if (typeof value !== 'string' || !value.includes(PREFIX)) return []
  const found = KEY.exec(value)
  if (found === null) return []
  const lines = value.slice(0, found.index).split('\n')
  const at = placeWithin(scalar, { line: lines.length, column: (lines.at(-1) ?? '').length + 1 })
  const what = `${found[0]} stands within a text, and podorder does not look into texts`
  return [{ at, what, fix: 'give podorder the manifest in it as a file of its own' }]
}
