/** Pods with their source, and the pods of a manifest. Pure. */
import { fieldOf, textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'
import type { Document } from './manifest-edit.ts'
import type { TemplateKind } from './template-kinds.ts'
import { findTemplates } from './template.ts'
import { type Fault, findTree, type Tree } from './tree.ts'

/** A pod or pod template with its source: a file, an admission review, the API server. */
export interface SourcedPod {
  readonly template: PodTemplate
  /** The template with the place of each value in the source. */
  readonly tree: Tree
  /** Words a fault as one line, which begins with its place. */
  readonly say: (fault: Fault) => string
}

/** A pod or pod template in a manifest. */
export interface FoundPod extends SourcedPod {
  readonly kind: string
  readonly name: string
  readonly document: Document
  /** The path from the document's root. */
  readonly path: readonly (string | number)[]
  /** The path of the object that the pod belongs to. */
  readonly objectPath: readonly (string | number)[]
}

/**
 * Finds the pods of a manifest, in the order of its text.
 * @param say words a fault as one line
 */
export function findPods(
  documents: readonly Document[],
  say: SourcedPod['say'],
  more: readonly TemplateKind[] = [],
): readonly FoundPod[] {
  return documents.flatMap((document) =>
    findTemplates(document.value, more).flatMap((found) => {
      const tree = findTree(document.tree, found.path)
      return tree === undefined ? [] : [{ ...found, tree, document, say }]
    }),
  )
}

/** The value at a path of the pod's document. */
export function valueAt({ document }: FoundPod, path: FoundPod['path']): unknown {
  return path.reduce<unknown>((value, step) => fieldOf(value, String(step)), document.value)
}

/** The namespace of the object that the pod belongs to; undefined when it has none. */
export function findNamespace(pod: FoundPod): string | undefined {
  return textOf(valueAt(pod, pod.objectPath), 'metadata', 'namespace') || undefined
}
