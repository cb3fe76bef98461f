import test from 'ava'
import { evaluateCel } from '../../src/tekton/cel.ts'
import { holds, parseWhen, substituteWhen } from '../../src/tekton/when.ts'

const decide = (...expressions: readonly object[]) => holds(parseWhen(JSON.stringify(expressions)) ?? [], evaluateCel)

const isIn = { input: 'a', operator: 'in', values: ['a', 'b'] }
const isNotIn = { input: 'a', operator: 'notin', values: ['a', 'b'] }

for (const [what, expressions, value] of [
  ['nothing said', [], true],
  ['in', [isIn], true],
  ['notin', [isNotIn], false],
  ['another operator means notin', [{ ...isIn, operator: 'exists', values: ['c'] }], true],
  ['all must hold', [isIn, isNotIn], false],
  ['no values', [{ input: 'a', operator: 'in' }], false],
  ['CEL', [{ cel: "'a' in ['a', 'b'] && 1 + 1 == 2" }], true],
  ['CEL that does not hold', [{ cel: "'x'.startsWith('y')" }], false],
  ['CEL and a list', [{ cel: 'true' }, isNotIn], false],
] as const) {
  test(`when: ${what}`, (t) => {
    t.deepEqual(decide(...expressions), { value })
  })
}

for (const [cel, why] of [
  ['1 <', /is wrong: Unexpected/],
  ['1 + 1', /is not evaluated to a boolean/],
  ['known == 1', /is wrong: Unknown variable/],
  ['true || known', /is wrong: Unknown variable/],
  ["'a' == 1", /is wrong: no such overload/],
  ['1 / 0 == 1', /is wrong: division by zero/],
] as const) {
  test(`CEL that is wrong is told, with the expression: ${cel}`, (t) => {
    const result = decide(isNotIn, { cel })
    t.true('problem' in result && result.problem.startsWith(`the CEL expression ${cel} `))
    t.regex('problem' in result ? result.problem : '', why)
  })
}

for (const text of [
  '',
  '{}',
  '[1]',
  '[null]',
  '[{"input":1}]',
  '[{"values":"a"}]',
  '[{"values":[1]}]',
  '[{"cel":true}]',
]) {
  test(`it is no list of expressions: ${text}`, (t) => {
    t.is(parseWhen(text), undefined)
  })
}

test('results are put in everywhere, and a list becomes several values', (t) => {
  const read = (path: string) => (path.endsWith('/list') ? '["x","y"]' : path.endsWith('/one') ? 'x' : undefined)
  const expressions = parseWhen(
    '[{"input":"$(steps.s.results.one)","operator":"in","values":["$(steps.s.results.list[*])"]},{"cel":"\'$(steps.s.results.one)\' == \'x\'"}]',
  )
  const made = (expressions ?? []).map((expression) => substituteWhen(expression, read))
  const values = made.flatMap((one) => ('value' in one ? [one.value] : []))
  t.is(values.length, 2)
  t.deepEqual(holds(values, evaluateCel), { value: true })
  t.deepEqual(values[0]?.values, ['x', 'y'])
})

test('one that leads nowhere is an error', (t) => {
  const [expression] = parseWhen('[{"cel":"\'$(steps.s.results.no)\' == \'\'"}]') ?? []
  t.truthy(expression)
  if (expression === undefined) return
  const made = substituteWhen(expression, () => undefined)
  t.regex('problem' in made ? made.problem : '', /^\$\(steps\.s\.results\.no\): there is no /)
})
