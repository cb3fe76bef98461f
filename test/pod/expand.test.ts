import test from 'ava'
import * as fc from 'fast-check'
import { expand } from '../../src/pod/expand.ts'

const VALUES = new Map([
  ['A', 'a'],
  ['B', 'b'],
  ['REFERENCE', '$(A)'],
  ['DOLLARS', '$$'],
  ['EMPTY', ''],
  ['A$(B', 'strange'],
  ['', 'nameless'],
])

const CASES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'a known name becomes its value': [
    ['$(A)', 'a'],
    ['$(A)-$(A)', 'a-a'],
    ['--to=$(A)/$(B)', '--to=a/b'],
    ['x$(EMPTY)y', 'xy'],
    ['$()', 'nameless'],
  ],
  'an unknown name stays': [
    ['$(C)', '$(C)'],
    ['$(a)', '$(a)'],
    ['$( A)', '$( A)'],
    ['$(A_)$(A)', '$(A_)a'],
    ['$(date +%s)', '$(date +%s)'],
    ['$(toString)', '$(toString)'],
  ],
  'a doubled $ is one, and no reference': [
    ['$$', '$'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$(A)', '$$(A)'],
    ['$$$$$$(C)', '$$$(C)'],
    ['$$$$$$$(C)', '$$$$(C)'],
    ['a$$A', 'a$A'],
    ['$(A$$B)', '$(A$$B)'],
  ],
  'what is not closed stays': [
    ['$(A', '$(A'],
    ['$(', '$('],
    ['$(A)_$(A', 'a_$(A'],
    ['--$($($($(--', '--$($($($(--'],
    ['$($$', '$($'],
  ],
  'any other $ stays': [
    ['$A', '$A'],
    ['${A}', '${A}'],
    ['$?_$!_$1', '$?_$!_$1'],
    ['end$', 'end$'],
    ['$A)', '$A)'],
    ['(A)', '(A)'],
    ['$é$(A)', '$éa'],
  ],
  'a backslash means nothing': [
    [String.raw`\$(A)`, String.raw`\a`],
    [String.raw`\\$(A)`, String.raw`\\a`],
  ],
  'a name reaches to the first bracket': [
    ['$(A$(B)', 'strange'],
    ['$(B$(A))', '$(B$(A))'],
    ['$($(A)', '$($(A)'],
  ],
  'a value is not expanded again': [
    ['$(REFERENCE)', '$(A)'],
    ['$(DOLLARS)(A)', '$$(A)'],
    ['%%$(REFERENCE)--$(REFERENCE)%%', '%%$(A)--$(A)%%'],
  ],
}

for (const [promise, rows] of Object.entries(CASES)) {
  test(promise, (t) => {
    for (const [text, expected] of rows) t.is(expand(text, VALUES), expected, text)
  })
}

test('property: a text with every $ doubled comes out as it was', (t) => {
  const text = fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', 'B', ' ', 'é') })
  fc.assert(fc.property(text, (word) => expand(word.replaceAll('$', '$$$$'), VALUES) === word))
  t.pass()
})
