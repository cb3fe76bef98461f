/**
 * Annotations that controllers of other projects copy to the pods that they make. These pods are in no manifest, so only the webhook
 * can rewrite them. Pure.
 */
import type { FoundObject } from '../manifest/template.ts'

/** Fields whose names say that their annotations are those of pods. */
const FIELD =
  /(?:^|\.)(?:podAnnotations|(?:podMetadata|pod\.metadata|\w*[pP]odTemplate\.metadata|inheritedMetadata)\.annotations)$/

/** Other fields with the same effect; the comments name the sources. */
const ROWS: readonly (readonly [group: string, kind: RegExp, path: RegExp])[] = [
  // Values of a chart.
  ['helm.toolkit.fluxcd.io', /^HelmRelease$/, /^spec\.values\./],
  ['argoproj.io', /^Application(?:Set)?$/, /\.valuesObject\./],
  // workflow/controller/workflowpod.go: metadata of the pod of a step.
  ['argoproj.io', /Workflow(?:Template)?$/, /(?:^|\.)templates\[\d+\]\.metadata\.annotations$/],
  // docs/labels.md of Tekton's pipelines; annotations take the same way.
  ['tekton.dev', /^(?:Task|Pipeline)(?:Run)?$/, /^metadata\.annotations$/],
  // Metadata of a vertex, AbstractPodTemplate in pkg/apis/numaflow/v1alpha1.
  ['numaflow.numaproj.io', /./, /\.metadata\.annotations$/],
  // pkg/controller/v1beta1/inferenceservice/components.
  ['serving.kserve.io', /^InferenceService$/, /^(?:metadata|spec\.\w+)\.annotations$/],
]

/** How such an order takes effect. */
export const LET_WEBHOOK = 'label their namespace podorder.io/inject=enabled, so that the webhook rewrites them'

/** @param path of the map of annotations, from the object */
export function isHandedOn({ group, kind }: Pick<FoundObject, 'group' | 'kind'>, path: string): boolean {
  if (!group.includes('.')) return false
  return FIELD.test(path) || ROWS.some((row) => row[0] === group && row[1].test(kind) && row[2].test(path))
}
