/** The `when` of a step, which decides if its command runs. Pure. Source: tektoncd/pipeline pkg/apis/pipeline/v1/when_types.go. */
import { isObject } from '../base/json-object.ts'
import type { ReadText } from './reference.ts'
import { type Substituted, substituteText, substituteWords } from './substitution.ts'

export interface WhenExpression {
  readonly input: string
  /** `in` or `notin`; any other text counts as `notin`. */
  readonly operator: string
  readonly values: readonly string[]
  /** An expression in CEL without variables. If it is not empty, the other fields are ignored. */
  readonly cel: string
}

export type EvaluateCel = (expression: string) => { readonly value: boolean } | { readonly problem: string }

export function parseWhen(text: string): readonly WhenExpression[] | undefined {
  try {
    const list: unknown = JSON.parse(text)
    if (list === null) return []
    return Array.isArray(list) ? list.map(readExpression) : undefined
  } catch {
    return undefined
  }
}

/** Replaces references to earlier steps. A value may become several values. */
export function substituteWhen(expression: WhenExpression, read: ReadText): Substituted<WhenExpression> {
  const input = substituteText(expression.input, read)
  const values = substituteWords(expression.values, read)
  const cel = substituteText(expression.cel, read)
  if ('problem' in input) return input
  if ('problem' in values) return values
  if ('problem' in cel) return cel
  return { value: { ...expression, input: input.value, values: values.value, cel: cel.value } }
}

/** Tells whether all expressions are true. Those in CEL are evaluated first, so that their faults are always reported. */
export function holds(
  expressions: readonly WhenExpression[],
  evaluate: EvaluateCel,
): { readonly value: boolean } | { readonly problem: string } {
  for (const { cel } of expressions) {
    if (cel === '') continue
    const result = evaluate(cel)
    if ('problem' in result || !result.value) return result
  }
  const lists = expressions.filter(({ cel }) => cel === '')
  return { value: lists.every(({ input, operator, values }) => values.includes(input) === (operator === 'in')) }
}

/** @throws when the value is not a map, or has fields of another type */
function readExpression(value: unknown): WhenExpression {
  if (!isObject(value)) throw new TypeError('not a map')
  const { input, operator, values, cel } = value
  const list = values ?? []
  if (!Array.isArray(list)) throw new TypeError('values is not a list')
  return { input: readText(input), operator: readText(operator), values: list.map(readText), cel: readText(cel) }
}

function readText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw new TypeError('not a string')
  return value
}
