/** The names of podorder's annotations and labels, each in one place. */

export const PREFIX = 'podorder.io/'

/** The order. */
export const DEPENDS_ON = `${PREFIX}depends-on`
export const STEPS = `${PREFIX}steps`
/** Cloud Run's own, a JSON map of containers to lists of those that they start after; it counts where ours are absent. */
export const THEIR_ORDER = 'run.googleapis.com/container-dependencies'
export const MAIN = `${PREFIX}main`
/** Options of single containers. */
export const CONTAINER_OPTIONS = `${PREFIX}options`
/** podorder's choice of pods: `enabled` or `disabled`; the webhook reads it as a label too. */
export const INJECT = `${PREFIX}inject`
/** What a rewritten pod was before (`original.ts`). */
export const ORIGINAL = `${PREFIX}original`
/** The label of the pods that the controller watches: somebody in them waits for `sidecar/NAME`. */
export const ORDERED = `${PREFIX}ordered`
/** What the controller says of such a pod; the downward API makes files of it. */
export const READY = `${PREFIX}ready`
export const FAILED = `${PREFIX}failed`
/** Changed only to make the kubelet look at the pod again. */
export const NUDGE = `${PREFIX}nudge`

/** The annotation that says what an image's ENTRYPOINT and CMD are, as a JSON array. */
export function commandAnnotation(container: string): string {
  return `${PREFIX}command.${container}`
}

/** The longest name behind the slash that the API server takes (apimachinery, validation.IsQualifiedName). */
const LONGEST_NAME = 63

/** Whether the API server takes the annotation's name. */
export function isQualified(annotation: string): boolean {
  return annotation.slice(annotation.indexOf('/') + 1).length <= LONGEST_NAME
}

/** How to say a container's command where its image cannot be asked. */
export function sayCommandBy(container: string): string {
  const annotation = commandAnnotation(container)
  return isQualified(annotation)
    ? `${annotation}: '["/path/of/it", "word"]'`
    : `${PREFIX}options: '{${container}: {command: ["/path/of/it", "word"]}}'`
}
