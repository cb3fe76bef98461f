/** Pods with where they came from; and those of a manifest. Pure. */
import { fieldOf, textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'
import type { Document } from './manifest-edit.ts'
import type { TemplateKind } from './template-kinds.ts'
import { findTemplates } from './template.ts'
import { type Fault, findTree, type Tree } from './tree.ts'

/** A pod, or a template of pods, and where it came from: a file, an admission review, the API server. */
export interface SourcedPod {
  readonly template: PodTemplate
  /** The same, each value with its place in the source. */
  readonly tree: Tree
  /** A fault in it as one line, which begins with its place. */
  readonly say: (fault: Fault) => string
}

/** A pod, or a template of pods, in a manifest. */
export interface FoundPod extends SourcedPod {
  readonly kind: string
  readonly name: string
  readonly document: Document
  /** From the document's root. */
  readonly path: readonly (string | number)[]
  /** The same for the object that it belongs to. */
  readonly objectPath: readonly (string | number)[]
}

/**
 * The pods of a manifest, in the order of its text.
 * @param say a fault at a place of the manifest, as one line
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

/** The namespace of the object that the pod belongs to; undefined where it names none. */
export function findNamespace(pod: FoundPod): string | undefined {
  return textOf(valueAt(pod, pod.objectPath), 'metadata', 'namespace') || undefined
}
