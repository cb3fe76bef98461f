import test from 'ava'
import * as fc from 'fast-check'
import { countColumns, cutMiddle, measureSans, wrapWords } from '../../src/picture/text-width.ts'

test('a long name is cut in its middle, so that both ends tell names apart', (t) => {
  t.is(cutMiddle('postgres', 8), 'postgres')
  t.is(cutMiddle('postgres-migrations-2024', 13), 'postgr…s-2024')
  t.is(cutMiddle('苹果苹果苹果', 7), '苹…果')
})

test('what is cut fits', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
      t.true(countColumns(cutMiddle(text, columns)) <= columns)
    }),
  )
})

test('lines are broken between words, and none is wider than asked', (t) => {
  t.deepEqual(wrapWords('one two three', 10, 60), ['one two', 'three'])
  t.deepEqual(wrapWords('  ', 10, 60), [])
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zA-Z]{1,12}$/), { maxLength: 20 }), (words) => {
      const lines = wrapWords(words.join(' '), 12, 200)
      t.deepEqual(lines.join(' ').split(' ').filter(Boolean), words)
      for (const line of lines) t.true(measureSans(line, 12) <= 200)
    }),
  )
})
