/**
 * A variable from a file in a volume (`fileKeyRef`, Kubernetes 1.34). The format is a subset of what a POSIX shell reads: a name,
 * `=`, and a value in single quotes, which may span several lines. Empty lines and comments are allowed. Pure.
 *
 * Source: staging/src/k8s.io/kubelet or pkg/util/env (ParseEnv) of Kubernetes 1.35.
 */
export type EnvKey =
  | { readonly kind: 'value'; readonly value: string }
  /** The variable is missing or empty. The kubelet does not distinguish the two. */
  | { readonly kind: 'none' }
  /** A problem in one clause. Lines after the requested key are not checked. */
  | { readonly kind: 'problem'; readonly problem: string }

export function readEnvKey(text: string, key: string): EnvKey {
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const number = index + 1
    const problem = (what: string): EnvKey => ({ kind: 'problem', problem: `line ${number} ${what}` })
    const line = (lines[index] ?? '').replace(/^[ \t]+/, '')
    if (line === '' || line.startsWith('#')) continue
    const equals = line.indexOf('=')
    if (equals === -1) return problem('has no =')
    const name = line.slice(0, equals)
    if (/^[ \t]*$/.test(name)) return problem('has no name')
    if (/[ \t]$/.test(name)) return problem('has a space before =')
    const value = line.slice(equals + 1)
    // As in a shell, the variable is empty here, and the text after the space is a command.
    if (/^[ \t]/.test(value)) {
      if (name === key) return { kind: 'none' }
      continue
    }
    if (!value.startsWith("'")) return problem('has a value that is not in single quotes')
    let inner = value.slice(1)
    while (!inner.includes("'")) {
      index++
      const next = lines[index]
      // A line break at the end of the file begins no further line.
      if (next === undefined || (next === '' && index === lines.length - 1))
        return problem('has a quote that is not closed')
      inner += `\n${next}`
    }
    const end = inner.indexOf("'")
    const behind = inner.slice(end + 1).replace(/^[ \t]+/, '')
    if (behind !== '' && !behind.startsWith('#')) return problem('has text after its value')
    if (name === key) return end === 0 ? { kind: 'none' } : { kind: 'value', value: inner.slice(0, end) }
  }
  return { kind: 'none' }
}
