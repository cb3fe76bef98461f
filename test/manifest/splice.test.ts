import test from 'ava'
import * as fc from 'fast-check'
import { applySplices, type Splice } from '../../src/manifest/apply-splices.ts'

const remove = (start: number, end: number): Splice => ({ start, end, text: '' })
const insert = (start: number, text: string): Splice => ({ start, end: start, text })

test('all at once, by their places in the text as it was', (t) => {
  t.is(applySplices('abcdef', [insert(6, 'g'), remove(0, 1), { start: 2, end: 4, text: 'X' }]), 'bXefg')
  t.is(applySplices('ab', [insert(1, '1'), insert(1, '2')]), 'a12b')
  t.is(applySplices('ab', []), 'ab')
})

test('two removals that share a line end take one each', (t) => {
  t.is(applySplices('a\nb\nc\nd\n', [remove(2, 4), remove(3, 5)]), 'a\nd\n')
  t.is(applySplices('a\r\nb\r\nc\r\n', [remove(3, 6), remove(4, 7)]), 'a\r\n')
})

test('an insertion before a line end that goes is put behind the removal', (t) => {
  t.is(applySplices('a\nb\nc\n', [remove(2, 4), insert(3, '\nx')]), 'a\nx\nc\n')
})

test('an insertion within a removal is made where that may as well begin', (t) => {
  t.is(applySplices('a\nb\nc\n', [remove(1, 3), insert(2, 'x\n')]), 'a\nx\nc\n')
  t.is(applySplices('a\nb\nc', [remove(1, 3), insert(2, 'x\n'), remove(4, 5)]), 'a\nx\n')
})

test('changes that overlap otherwise are refused', (t) => {
  t.is(applySplices('abcdef', [remove(0, 3), remove(2, 5)]), undefined)
  t.is(applySplices('abcdef', [remove(0, 3), insert(2, 'x')]), undefined)
  t.is(applySplices('abcdef', [remove(0, 3), { start: 1, end: 2, text: 'x' }]), undefined)
})

test('what is moved does what it would have done after the other', (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n'), maxLength: 12 })
  fc.assert(
    fc.property(text, fc.nat(12), fc.nat(12), fc.nat(12), fc.nat(12), (text, ...places) => {
      const [a = 0, b = 0, c = 0, d = 0] = places.map((place) => Math.min(place, text.length)).toSorted((x, y) => x - y)
      const [first, second] = [remove(a, c), remove(b, d)]
      const both = applySplices(text, [first, second])
      if (both === undefined || a === b) return
      t.is(both.length, text.length - (c - a) - (d - b))
      t.is(both, text.slice(0, a) + text.slice(d + (c - b)))
    }),
  )
})
