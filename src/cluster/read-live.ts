/** Live objects as a check reads manifests: their pods with their orders, and a name for each place. */
import type { JsonObject } from '../base/json-object.ts'
import { type ReadManifest, listOrderResults } from '../check/read-manifest.ts'
import type { CheckResult } from '../check/finding.ts'
import type { FoundPod } from '../manifest/found-pods.ts'
import { readPodManifest } from '../manifest/yaml.io.ts'
import { type ReadOrder, readTemplateOrder } from '../inject/orders.ts'
import { findStrays } from '../inject/strays.ts'
import { layOut } from '../manifest/pod-page.ts'
import { findTemplates } from '../manifest/template.ts'
import type { Position } from '../manifest/tree.ts'
import { PREFIX, THEIR_ORDER } from '../pod/annotation-names.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import { nameOfObject } from './owners.ts'

export interface LiveObject {
  readonly object: JsonObject
  /** Each with its place from the object. */
  readonly templates: readonly LiveTemplate[]
  /** Orders of it that nothing reads. */
  readonly strays: readonly CheckResult[]
}

export interface LiveTemplate extends ReadOrder {
  readonly results: readonly CheckResult[]
  /** `spec.template.spec.containers[0].image`, `podorder.io/depends-on:2:14` */
  nameOf(at: Position): string
}

/** @returns undefined where neither says anything to podorder: none of its work is done for them */
export function readLive(object: JsonObject): LiveObject | undefined {
  const { managedFields: _, ...metadata } = object['metadata'] as JsonObject
  const own = { ...object, metadata, status: undefined }
  const text = JSON.stringify(own)
  if (!text.includes(PREFIX) && !text.includes(THEIR_ORDER) && !text.includes(`"${INIT_CONTAINER}"`)) return undefined
  const templates = findTemplates(object).flatMap((found): readonly LiveTemplate[] => {
    const layout = layOut(found.template)
    if (layout === undefined) return []
    const { tree } = layout
    const pod: FoundPod = { ...found, ...layout, document: { tree, value: object, aliases: [] } }
    const read = readTemplateOrder(pod, {})
    const before = found.path.map((step) => `${step}.`).join('')
    const nameOf = (at: Position): string => {
      const name = layout.nameOf(at)
      return name.startsWith(PREFIX) ? name : before + name
    }
    return [{ ...read, results: listOrderResults(read), nameOf }]
  })
  return { object, templates, strays: listStrayResults(text) }
}

/** As `kubectl get -o json` would print it: a manifest. */
function listStrayResults(text: string): readonly CheckResult[] {
  return readPodManifest(text)
    .documents.flatMap((document) => findStrays({ tree: document.tree(), value: document.value }, []).lost)
    .map((fault) => ({ ...fault, rule: 'order' as const, level: 'error' as const }))
}

/** For what looks commands up by manifests. */
export function asManifest({ object, templates }: LiveObject): ReadManifest {
  return {
    input: { path: '', file: nameOfObject(object), text: '' },
    manifest: undefined,
    pods: templates.map(({ pod }) => pod),
    ordered: templates.filter(({ order, faults }) => order !== undefined || faults.length > 0).length,
    fit: templates.flatMap(({ pod, order, unfit }) =>
      order === undefined || unfit.length > 0 ? [] : [{ pod, order }],
    ),
    findings: [],
  }
}
