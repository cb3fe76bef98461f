import test from 'ava'
import * as fc from 'fast-check'
import { interpolate } from '../../src/import/interpolate.ts'

const SET: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', B_1: 'b' }
const lookup = (name: string): string | undefined => (Object.hasOwn(SET, name) ? SET[name] : undefined)

/** compose-spec, interpolation: what each form gives. */
const ROWS: readonly (readonly [text: string, gives: string, ...unset: readonly string[]])[] = [
  ['plain', 'plain'],
  ['$A', 'a'],
  ['${A}', 'a'],
  ['${B_1}x$A.', 'bxa.'],
  ['$$A $$', '$A $'],
  ['${EMPTY}', ''],
  ['${EMPTY:-x}', 'x'],
  ['${EMPTY-x}', ''],
  ['${NO:-x}', 'x'],
  ['${NO-x}', 'x'],
  ['${NO:-}', ''],
  ['${NO:-${A}}', 'a'],
  ['${NO:-${NO2:-$A}b}', 'ab'],
  ['${A:+yes}', 'yes'],
  ['${EMPTY:+yes}', ''],
  ['${EMPTY+yes}', 'yes'],
  ['${NO:+yes}', ''],
  ['${A:?must}', 'a'],
  ['${EMPTY?must}', ''],
  ['$NO', '', 'NO'],
  ['${NO}-${NO2}', '-', 'NO', 'NO2'],
  // What is not needed is not missed.
  ['${A:-$NO}', 'a'],
  ['${NO:-$NO2}', '', 'NO2'],
]

for (const [text, gives, ...unset] of ROWS) {
  test(`${text} is "${gives}"`, (t) => t.deepEqual(interpolate(text, lookup), { text: gives, unset }))
}

const MALFORMED = [
  '$',
  'a$ b',
  '${',
  '${}',
  '${A',
  '${A:-x',
  '${1}',
  '${A!x}',
  '$(date)',
  '${NO:?is needed}',
  '${EMPTY:?}',
]

for (const text of MALFORMED) {
  test(`${text} is refused in one sentence`, (t) => {
    const made = interpolate(text, lookup)
    t.true('problem' in made && made.problem.length > 10)
  })
}

test('the message of a required variable is said', (t) => {
  t.deepEqual(interpolate('${NO:?say it}', lookup), {
    problem: 'the variable NO is not set, and the file requires it: "say it"',
    fix: 'set NO in the environment or in .env',
  })
})

test('whatever the text, it is a text or a problem; dollars that are doubled always come back single', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', '?', ' ') }), (text) => {
      const made = interpolate(text, lookup)
      t.true('problem' in made || typeof made.text === 'string')
      t.deepEqual(interpolate(text.replaceAll('$', '$$$$'), lookup), { text, unset: [] })
    }),
  )
})

test('defaults within defaults without end are refused, not followed', (t) => {
  t.true('problem' in interpolate('${N:-'.repeat(5000), lookup))
})
