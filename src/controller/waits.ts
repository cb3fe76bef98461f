/** Reads from a pod's order which containers wait for which by the downward API. Pure. */
import { SIDECAR_PREFIX } from '../kube/kinds.ts'
import { DEPENDS_ON, STEPS } from '../pod/annotation-names.ts'
import type { Scalar, Tree } from '../manifest/tree.ts'
import { readDependsOn } from '../order/depends-on.ts'

/** A container and the containers that it waits for as `sidecar/NAME`. */
export interface Waiter {
  readonly container: string
  readonly sidecars: readonly string[]
}

export interface Waits {
  readonly waiters: readonly Waiter[]
  /** All names that are waited for as `sidecar/NAME`, sorted. */
  readonly sidecars: readonly string[]
  /** These, and all containers that others are ordered after; sorted. */
  readonly predecessors: readonly string[]
}

const NOBODY: Waits = { waiters: [], sidecars: [], predecessors: [] }

/** Parses the YAML inside a text; no tree when the text is empty or has faults. */
export type ParseScalar = (scalar: Scalar) => { readonly tree: Tree | undefined }

/** Pods of a Deployment have the same text, so the results for this many texts are cached, unless a text is unreasonably long. */
const REMEMBERED = 1000
const LONGEST = 16_384
/** The webhook refuses a longer text without reading it. */
const LONGEST_ORDER = 65_536

/** @returns a reader of a pod's annotations. A faulty order gives no waits; inject has refused it. */
export function createWaitsReader(parse: ParseScalar): (annotations: unknown) => Waits {
  const known = new Map<string, Waits>()
  return (annotations) => {
    const { [DEPENDS_ON]: text = '', [STEPS]: steps = '' } = (annotations ?? {}) as Readonly<Record<string, string>>
    // Most pods have no sidecar waits, and their text is not parsed.
    if (!text.includes(SIDECAR_PREFIX) || text.length > LONGEST_ORDER) return NOBODY
    const key = `${text}\0${steps}`
    const found = known.get(key)
    if (found !== undefined) return found
    const waits = readWaits(parse({ ...NOWHERE, kind: 'scalar', value: text }).tree, steps)
    if (key.length > LONGEST) return waits
    const [oldest] = known.keys()
    if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest)
    known.set(key, waits)
    return waits
  }
}

const NOWHERE = { at: { line: 1, column: 1 }, source: { start: 0, end: 0, flow: false, alias: false } } as const

function readWaits(tree: Tree | undefined, steps: string): Waits {
  const claims = tree === undefined ? [] : readDependsOn(tree, [])
  const outside = claims.filter(({ target }) => target.startsWith(SIDECAR_PREFIX))
  const byContainer = Map.groupBy(outside, ({ container }) => container)
  const waiters = [...byContainer].map(([container, of]) => ({
    container,
    sidecars: of.map(({ target }) => target.slice(SIDECAR_PREFIX.length)),
  }))
  const sidecars = sortNames(waiters.flatMap((waiter) => waiter.sidecars))
  const inside = claims.flatMap(({ target }) => (target.includes('/') ? [] : [target]))
  const chained = steps.split(',').flatMap((piece) => piece.trim() || [])
  return { waiters, sidecars, predecessors: sortNames([...sidecars, ...inside, ...chained]) }
}

/** Sorts and removes duplicates. */
function sortNames(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted()
}
