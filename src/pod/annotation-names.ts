/** The names of podorder's annotations and labels. */

export const PREFIX = 'podorder.io/'

/** The order. */
export const DEPENDS_ON = `${PREFIX}depends-on`
export const STEPS = `${PREFIX}steps`
/** Cloud Run's annotation: a JSON map of containers to lists of their predecessors. It counts when podorder's are absent. */
export const THEIR_ORDER = 'run.googleapis.com/container-dependencies'
export const MAIN = `${PREFIX}main`
/** Options of single containers. */
export const CONTAINER_OPTIONS = `${PREFIX}options`
/** Whether the webhook rewrites a pod: `enabled` or `disabled`; also read as a label. */
export const INJECT = `${PREFIX}inject`
/** The state of a rewritten pod before the rewrite (`original.ts`). */
export const ORIGINAL = `${PREFIX}original`
/** The label of pods that the controller watches: one of their containers waits for `sidecar/NAME`. */
export const ORDERED = `${PREFIX}ordered`
/** The sidecars' states, which the controller writes; the downward API makes files of them. */
export const READY = `${PREFIX}ready`
export const FAILED = `${PREFIX}failed`
/** An annotation that changes only to make the kubelet update the pod. */
export const NUDGE = `${PREFIX}nudge`

/** The annotation with an image's ENTRYPOINT and CMD, as a JSON array. */
export function commandAnnotation(container: string): string {
  return `${PREFIX}command.${container}`
}

/** The longest valid name behind the slash (apimachinery, validation.IsQualifiedName). */
const LONGEST_NAME = 63

/** Whether the annotation's name is short enough for the API server. */
export function isQualified(annotation: string): boolean {
  return annotation.slice(annotation.indexOf('/') + 1).length <= LONGEST_NAME
}

/** How to give a container's command when its image cannot be looked up. */
export function sayCommandBy(container: string): string {
  const annotation = commandAnnotation(container)
  return isQualified(annotation)
    ? `${annotation}: '["/path/of/it", "word"]'`
    : `${PREFIX}options: '{${container}: {command: ["/path/of/it", "word"]}}'`
}
