import test from 'ava'
import * as fc from 'fast-check'
import { delayAttempt, type Retry } from '../../src/entrypoint/retry.ts'

const SECOND: Retry = { times: 9, delayMs: 1000, factor: 2, jitter: 0, maxDelayMs: 5000 }

const series = (delays: Retry, chance = 0): readonly number[] =>
  [1, 2, 3, 4, 5].map((failures) => delayAttempt(delays, failures, chance))

test('the delay grows by its factor up to the longest', (t) => {
  t.deepEqual(series(SECOND), [1000, 2000, 4000, 5000, 5000])
  t.deepEqual(series({ ...SECOND, factor: 1 }), [1000, 1000, 1000, 1000, 1000])
  t.deepEqual(series({ ...SECOND, factor: 1.5 }), [1000, 1500, 2250, 3375, 5000])
})

test('jitter takes a part of it away, of the longest delay too', (t) => {
  t.deepEqual(series({ ...SECOND, jitter: 0.5 }, 0.5), [750, 1500, 3000, 3750, 3750])
  t.deepEqual(series({ ...SECOND, jitter: 1 }, 0.75), [250, 500, 1000, 1250, 1250])
})

test('however often it fails, the delay is a number between what jitter leaves and the longest', (t) => {
  const delays = fc.record({
    times: fc.constant(9),
    delayMs: fc.integer({ min: 0, max: 10_000 }),
    factor: fc.double({ min: 1, max: 1000, noNaN: true }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    maxDelayMs: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  })
  const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(delays, fc.integer({ min: 1, max: 1e9 }), chances, (given, failures, chance) => {
      const whole = delayAttempt({ ...given, jitter: 0 }, failures, chance)
      const delay = delayAttempt(given, failures, chance)
      t.true(whole <= given.maxDelayMs && whole >= Math.min(given.delayMs, given.maxDelayMs))
      t.true(delay <= whole && delay >= whole * (1 - given.jitter) * (1 - 1e-9))
    }),
  )
})
