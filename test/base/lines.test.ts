import test from 'ava'
import * as fc from 'fast-check'
import { createLineSplitter } from '../../src/base/lines.ts'

function split(pieces: readonly string[], longest?: number): readonly string[] {
  const splitter = createLineSplitter(longest)
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()]
}

test('lines come whole however they were cut', (t) => {
  t.deepEqual(split(['on', 'e\ntw', 'o\n\nthr', 'ee']), ['one', 'two', '', 'three'])
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ab\n]{0,8}$/)), (pieces) => {
      const text = pieces.join('')
      const expected = text.split('\n')
      t.deepEqual(split(pieces), text.endsWith('\n') || text === '' ? expected.slice(0, -1) : expected)
    }),
  )
})

test('CRLF ends a line as LF does, also when it is cut in two; a CR within a line stays', (t) => {
  t.deepEqual(split(['a\r', '\nb\r\n', '10%\r20%\r\n', 'c\r']), ['a', 'b', '10%\r20%', 'c'])
})

test('a line without end is cut, and never more than one cut is kept', (t) => {
  t.deepEqual(split(['abcdefg', 'hij\nk'], 4), ['abcd', 'efgh', 'ij', 'k'])
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a\n]{0,9}$/)), fc.integer({ min: 1, max: 5 }), (pieces, longest) => {
      const lines = split(pieces, longest)
      t.true(lines.every((line) => line.length <= longest))
      t.is(lines.join(''), pieces.join('').replaceAll('\n', ''))
    }),
  )
})
