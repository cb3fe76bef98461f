import test from 'ava'
import * as fc from 'fast-check'
import { chooseTicks } from '../../src/picture/ticks.ts'

const labels = (spanMs: number, most = 8): string =>
  chooseTicks(spanMs, most)
    .map(({ label }) => label)
    .join(' ')

test('ticks are round, in the units that people count time in', (t) => {
  t.is(labels(9300), '0s 2s 4s 6s 8s')
  t.is(labels(40), '0s 5ms 10ms 15ms 20ms 25ms 30ms 35ms 40ms')
  t.is(labels(3500), '0s 500ms 1s 1.5s 2s 2.5s 3s 3.5s')
  t.is(labels(64_000), '0s 10s 20s 30s 40s 50s 1m')
  t.is(labels(200_000), '0s 30s 1m 1m30s 2m 2m30s 3m')
  t.is(labels(5_400_000), '0s 15m 30m 45m 1h 1h15m 1h30m')
  t.is(labels(3 * 86_400_000), '0s 12h 24h 36h 48h 60h 72h')
})

test('there are never more steps than fit, and never none', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e13, noNaN: true }), fc.integer({ min: 1, max: 20 }), (spanMs, most) => {
      const ticks = chooseTicks(spanMs, most)
      t.true(ticks.length >= 1 && ticks.length <= most + 1)
      t.is(ticks[0]?.ms, 0)
      t.true((ticks.at(-1)?.ms ?? 0) <= spanMs)
      t.is(new Set(ticks.map(({ label }) => label)).size, ticks.length)
    }),
  )
})
