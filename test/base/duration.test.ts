import test from 'ava'
import * as fc from 'fast-check'
import { formatDuration, parseDuration } from '../../src/base/duration.ts'

const READ: readonly (readonly [string, number | undefined])[] = [
  ['0', 0],
  ['0s', 0],
  ['40ms', 40],
  ['1h2m3.5s', 3_723_500],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['5.s', 5000],
  ['2us', 0.002],
  ['2µs', 0.002],
  ['1m1m', 120_000],
  ['+3s', 3000],
  ['-3s', -3000],
  ['', undefined],
  ['-', undefined],
  ['30', undefined],
  ['1 h', undefined],
  ['1d', undefined],
  ['h', undefined],
  ['.s', undefined],
  ['1e3s', undefined],
  ['1s\n', undefined],
  ['2562047h', 2_562_047 * 3_600_000],
  ['2562048h', undefined],
  [`${'9'.repeat(400)}h`, undefined],
]

for (const [text, ms] of READ) {
  test(`"${text.trim().slice(0, 20)}" (${text.length}) reads as Go reads it`, (t) => t.is(parseDuration(text), ms))
}

test('what is written is read back, to the millisecond', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (ms) => {
      t.is(Math.round(parseDuration(formatDuration(ms)) ?? Number.NaN), ms)
    }),
  )
  t.pass()
})

test('a long text that is no duration is refused without trying all ways to split it', (t) => {
  t.is(parseDuration('1'.repeat(1_000_000)), undefined)
})
