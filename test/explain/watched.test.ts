/** The last states of pods in what a watch has printed. */
import test from 'ava'
import * as fc from 'fast-check'
import { findLastSeen } from '../../src/explain/watched.ts'

const arbitraryState = fc.record({
  name: fc.constantFrom('a', 'b', '__proto__', 'constructor'),
  version: fc.nat(),
  type: fc.constantFrom(undefined, 'ADDED', 'MODIFIED', 'DELETED'),
  step: fc.constantFrom(0, 4),
  gap: fc.constantFrom('', ' ', '\n', '\n\n'),
})

test('of each pod the last state is found, with its place, whatever lies between them', (t) => {
  fc.assert(
    fc.property(fc.array(arbitraryState, { minLength: 2, maxLength: 12 }), fc.boolean(), (states, cutOff) => {
      const expected = new Map<string, object>()
      let text = ''
      for (const { name, version, type, step, gap } of states) {
        const pod = { kind: 'Pod', metadata: { name, namespace: 'x"}{', resourceVersion: `${version}` } }
        const lines = text.split('\n')
        const at = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
        expected.set(name, { pod, at, gone: type === 'DELETED' })
        text += JSON.stringify(type === undefined ? pod : { type, object: pod }, undefined, step) + gap
      }
      t.deepEqual(findLastSeen(cutOff ? `${text}{"kind": "Po` : text), [...expected.values()])
    }),
  )
})

test('what is no stream is left to the reader of manifests', (t) => {
  for (const text of [
    '',
    '{}',
    '{"kind": "Pod"}',
    '{kind: Pod}',
    '{"kind": "Pod"}\n---\n{"kind": "Pod"}',
    'kind: Pod\n',
    '[{}]',
  ])
    t.is(findLastSeen(text), undefined, text)
})

test('a stream that breaks, or holds no pod, is told in one clause', (t) => {
  const problems = ['{"a": 1}\n{"b": 2}\noops', '{"a": 1}\n{b: 2}', '{"type": "ERROR", "object": {"kind": "Status"}}']
  t.deepEqual(
    problems.map((text) => findLastSeen(text)),
    [
      { problem: 'what follows object 2 is no JSON' },
      { problem: 'object 2 is no JSON' },
      { problem: 'there is no pod in it' },
    ],
  )
})
