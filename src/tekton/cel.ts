/** Evaluates CEL, the Common Expression Language of Kubernetes and Tekton. */
import { Environment } from '@marcbachmann/cel-js'

/**
 * Evaluates an expression without variables. Types are checked first, as in cel-go: `true || unknown` and `1 == '1'` are errors.
 * `matches` uses JavaScript's regular expressions. Their run time has no bound, unlike that of RE2 in cel-go.
 */
export function evaluateCel(expression: string): { readonly value: boolean } | { readonly problem: string } {
  const refuse = (why: string) => ({ problem: `the CEL expression ${expression} ${why}` })
  try {
    const parsed = new Environment().parse(expression)
    const { valid, error } = parsed.check()
    if (!valid) return refuse(`is wrong: ${describe(error)}`)
    const value: unknown = parsed({})
    return typeof value === 'boolean' ? { value } : refuse('is not evaluated to a boolean')
  } catch (error) {
    return refuse(`is wrong: ${describe(error)}`)
  }
}

/** Returns the first line of the message. The other lines show the place in the expression. */
function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
