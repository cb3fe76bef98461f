import test from 'ava'
import * as fc from 'fast-check'
import { createTimerQueue } from '../../src/controller/timer-queue.ts'

const KEY = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const ACTION = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key: KEY, atMs: fc.nat(9) }),
  fc.record({ kind: fc.constant('drop' as const), key: KEY, atMs: fc.constant(0) }),
  fc.record({ kind: fc.constant('take' as const), key: KEY, atMs: fc.nat(9) }),
)

test('whatever is put, moved and dropped, the earliest comes out first, and nobody before their time', (t) => {
  fc.assert(
    fc.property(fc.array(ACTION, { maxLength: 60 }), (actions) => {
      const timers = createTimerQueue()
      const plain = new Map<string, number>()
      for (const { kind, key, atMs } of actions) {
        const earliest = Math.min(...plain.values())
        t.is(timers.nextMs() ?? Infinity, earliest)
        switch (kind) {
          case 'put':
            timers.put(key, atMs)
            plain.set(key, atMs)
            break
          case 'drop':
            timers.drop(key)
            plain.delete(key)
            break
          case 'take': {
            const taken = timers.take(atMs)
            t.is(plain.get(taken ?? ''), earliest <= atMs ? earliest : undefined)
            plain.delete(taken ?? '')
          }
        }
      }
    }),
    { numRuns: 500 },
  )
})
