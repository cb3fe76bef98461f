import test from 'ava'
import * as fc from 'fast-check'
import { cite, escapeControls, escapeJson, writeDocument } from '../../src/base/escape.ts'

/** [what it is, text, as it is shown] */
const TEXTS: readonly (readonly [string, string, string])[] = [
  ['plain words', 'exit code 3', 'exit code 3'],
  ['letters of any script', 'größer, 日本, 🎉', 'größer, 日本, 🎉'],
  ['a backslash', String.raw`C:\new`, String.raw`C:\new`],
  [
    'a forged line',
    'Error\r\n2026-01-01 entrypoint app: forged',
    String.raw`Error\r\n2026-01-01 entrypoint app: forged`,
  ],
  ['a cleared screen and a title', '\u001b[2J\u001b]0;owned\u0007', String.raw`\x1b[2J\x1b]0;owned\x07`],
  ['C1, which some terminals obey', '\u009b31mred', String.raw`\x9b31mred`],
  ['NUL and DEL', '\0\u007f', String.raw`\x00\x7f`],
  ['an override of direction', 'a\u202Eb', String.raw`a\u202eb`],
  ['separators of lines', 'a\u2028b\u2029c', String.raw`a\u2028b\u2029c`],
  ['invisible letters', 'a\u200Bb\uFEFF\u{E0041}', String.raw`a\u200bb\ufeff\u{e0041}`],
  ['half a letter', 'a\uD800', String.raw`a\ud800`],
]

for (const [what, text, shown] of TEXTS) {
  test(`on one line, and nothing a terminal obeys: ${what}`, (t) => {
    t.is(escapeControls(text), shown)
    t.is(cite(text), shown)
  })
}

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 3000 }))

test('whatever others write becomes one line of visible letters, and stays so', (t) => {
  fc.assert(
    fc.property(anyText, (text) => {
      const escaped = escapeControls(text)
      t.notRegex(escaped, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      t.is(escapeControls(escaped), escaped)
    }),
  )
})

test('a citation takes 1 KiB at most, and loses nothing below that', (t) => {
  fc.assert(
    fc.property(anyText, (text) => {
      const cited = cite(text)
      t.true(Buffer.byteLength(cited) <= 1024)
      t.is(cite(cited), cited)
      const escaped = escapeControls(text)
      if (Buffer.byteLength(escaped) <= 1024) t.is(cited, escaped)
      else t.regex(cited, /…$/)
    }),
  )
})

test('a text is cut between letters, not within what stands for one', (t) => {
  t.is(cite('\u001b'.repeat(1000)), `${String.raw`\x1b`.repeat(255)}…`)
  t.is(cite('日'.repeat(342)), `${'日'.repeat(340)}…`)
  t.is(cite('a'.repeat(1024)), 'a'.repeat(1024))
  t.is(cite('a'.repeat(1 << 20)), `${'a'.repeat(1021)}…`)
})

test('JSON stays the same JSON, and one visible line', (t) => {
  fc.assert(
    fc.property(fc.dictionary(anyText, anyText), (value) => {
      const json = escapeJson(JSON.stringify(value))
      t.notRegex(json, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      t.deepEqual(JSON.parse(json), value)
    }),
  )
})

test('a document in JSON says the same, and nothing a terminal obeys', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anyText), (value) => {
      const text = writeDocument(value)
      t.notRegex(text, /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      t.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
    }),
  )
})
