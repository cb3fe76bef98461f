import test from 'ava'
import * as fc from 'fast-check'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import { type Style, writeValue } from '../../src/manifest/yaml-text.ts'

const BLOCK: Style = { flow: false, indent: 2, eol: '\n', json: false, blank: ' ', nest: 2, dashes: 2, dash: '- ' }
const FLOW: Style = { ...BLOCK, flow: true, indent: 0 }

test('no quotes where no reader needs them, quotes where one does', (t) => {
  for (const word of ['echo', '/bin/sh', '--', '--name=a', '64Mi', '10m', '--containers=a,b'])
    t.is(writeValue(word, BLOCK), word)
  for (const word of ['yes', 'NO', '1', '1e3', '0x1f', '12:30', '', ' a', 'a:', '-', '*a', '~', '10', '5e'])
    t.regex(writeValue(word, BLOCK), /^["']/, word)
  t.is(writeValue('--containers=a,b', FLOW), '"--containers=a,b"')
  t.is(writeValue('say "hi"', BLOCK), `'say "hi"'`)
})

test('lists and maps as around them', (t) => {
  const value = { a: ['x', { b: 1, c: [] }], d: {} }
  t.is(writeValue(value, BLOCK), '\n  a:\n    - x\n    - b: 1\n      c: []\n  d: {}')
  t.is(
    writeValue(value, { ...BLOCK, nest: 4, dashes: 0, dash: '-   ' }),
    '\n  a:\n  -   x\n  -   b: 1\n      c: []\n  d: {}',
  )
  t.is(writeValue(value, FLOW), '{a: [x, {b: 1, c: []}], d: {}}')
  t.is(writeValue(['x'], { ...FLOW, json: true, blank: '\t', indent: 1, step: 1 }), '[\n\t\t"x"\n\t]')
})

test('what is written is read again', (t) => {
  const word = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[\s\w:#,'"|>-]{0,12}$/))
  const value = fc.oneof(
    word,
    fc.array(word, { maxLength: 3 }),
    fc.dictionary(word, fc.oneof(word, fc.integer()), { maxKeys: 3 }),
  )
  fc.assert(
    fc.property(fc.record({ key: value, list: fc.array(value, { maxLength: 3 }) }), fc.boolean(), (record, flow) => {
      // What is written ends before its line does: a literal block counts that line's end.
      const text = `${writeValue(record, flow ? FLOW : { ...BLOCK, indent: 0 })}\n`
      const { documents, faults } = readManifest(text)
      t.deepEqual(faults, [], text)
      t.deepEqual(documents[0]?.value, record, text)
    }),
    { numRuns: 1000 },
  )
})
