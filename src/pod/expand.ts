/**
 * Kubernetes' `$(NAME)` in command, args and env values. Pure.
 *
 * Source: k8s.io/kubernetes third_party/forked/golang/expansion. How the kubelet builds the environment itself, where a
 * later variable may refer to an earlier one, is in environment.ts.
 */

/** The name reaches to the first `)`, whatever is in between: `$(A$(B))` asks for the variable `A$(B`. */
const REFERENCE = /\$(?:\$|\(([^)]*)\))/g

/**
 * `$(NAME)` becomes the value, which is not expanded again; `$$` becomes `$`, so that `$$(NAME)` is a literal `$(NAME)`.
 * A name that is not known, a reference that is not closed and any other `$` stay as they are.
 */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(REFERENCE, (reference, name?: string) =>
    name === undefined ? '$' : (values.get(name) ?? reference),
  )
}

/** Text that `expand` gives back as it is here. */
export function protect(text: string): string {
  return text.replaceAll('$', '$$$$')
}
