/** The JSON patch: it leads from one value to the other, with as little as it takes. */
import test from 'ava'
import * as fc from 'fast-check'
import { createPatch } from '../../src/webhook/patch.ts'
import { applyPatch } from '../support/json-patch.ts'

test('applied, it makes the one value the other, whatever they are', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      t.deepEqual(applyPatch(before, createPatch(before, after)), after)
    }),
  )
})

const item = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.integer({ min: 0, max: 2 }) })
const list = fc.array(item, { maxLength: 6 })

test('lists of maps that have much in common come out right, and what is equal is not touched', (t) => {
  fc.assert(
    fc.property(list, list, (before, after) => {
      const patch = createPatch({ list: before }, { list: after })
      t.deepEqual(applyPatch({ list: before }, patch), { list: after })
      t.deepEqual(createPatch(after, structuredClone(after)), [])
    }),
  )
})

test('what is put before and behind a list is added there, and nothing else is said', (t) => {
  t.deepEqual(createPatch([{ a: 1 }], [{ b: 1 }, { a: 1 }, { c: 1 }]), [
    { op: 'remove', path: '/0' },
    { op: 'add', path: '/0', value: { b: 1 } },
    { op: 'add', path: '/1', value: { a: 1 } },
    { op: 'add', path: '/2', value: { c: 1 } },
  ])
  t.deepEqual(createPatch([{ a: 1 }], [{ b: 1 }, { a: 1 }]), [{ op: 'add', path: '/0', value: { b: 1 } }])
  t.deepEqual(createPatch([{ a: 1 }], [{ a: 1 }, { c: 1 }]), [{ op: 'add', path: '/1', value: { c: 1 } }])
})

test('a list that is not there is added whole, and words are replaced whole', (t) => {
  t.deepEqual(createPatch({}, { volumes: [{ name: 'x' }] }), [{ op: 'add', path: '/volumes', value: [{ name: 'x' }] }])
  t.deepEqual(createPatch({ args: ['a', 'b'] }, { args: ['c', 'a', 'b'] }), [
    { op: 'replace', path: '/args', value: ['c', 'a', 'b'] },
  ])
})

test('keys with ~ and / are escaped', (t) => {
  t.deepEqual(createPatch({ 'a/b': 1, 'c~d': 1 }, { 'a/b': 2 }), [
    { op: 'remove', path: '/c~0d' },
    { op: 'replace', path: '/a~1b', value: 2 },
  ])
})
