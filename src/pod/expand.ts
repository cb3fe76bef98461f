/**
 * Kubernetes' `$(NAME)` in command, args and env values. Pure.
 *
 * Source: k8s.io/kubernetes third_party/forked/golang/expansion. environment.ts builds the environment, in which a variable may
 * refer to an earlier one.
 */

/** A reference. The name ends at the first `)`: `$(A$(B))` refers to the variable `A$(B`. */
const REFERENCE = /\$(?:\$|\(([^)]*)\))/g

/**
 * Replaces `$(NAME)` by the value, which is not expanded again, and `$$` by `$`, so that `$$(NAME)` is a literal `$(NAME)`.
 * Unknown names, references without `)` and any other `$` are not changed.
 */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(REFERENCE, (reference, name?: string) =>
    name === undefined ? '$' : (values.get(name) ?? reference),
  )
}

/** Escapes text, so that `expand` returns the original. */
export function protect(text: string): string {
  return text.replaceAll('$', '$$$$')
}
