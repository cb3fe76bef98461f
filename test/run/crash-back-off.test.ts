import test from 'ava'
import * as fc from 'fast-check'
import {
  type Backoff,
  type BackOffPace,
  beginBackoff,
  DEFAULT_PACE,
  nextRestart,
  nextRestartAfterKill,
} from '../../src/run/crash-back-off.ts'

const MINUTE = 60_000

/** What a container waits for its restarts that runs so long each time. */
function waits(ranMs: readonly number[], scale = 1, set: Partial<BackOffPace> = {}): readonly number[] {
  let backoff: Backoff = beginBackoff()
  return ranMs.map((ran) => {
    const restart = nextRestart(backoff, ran, { ...DEFAULT_PACE, ...set, scale })
    backoff = restart.backoff
    return restart.afterMs
  })
}

test('the first restart is at once, then 10 s, doubling up to 5 min', (t) => {
  t.deepEqual(
    waits(Array.from({ length: 9 }, () => 1000)),
    [0, 10, 20, 40, 80, 160, 300, 300, 300].map((s) => s * 1000),
  )
})

test('a node may be set to other limits; a longest that is less than the first is both', (t) => {
  const crashes = Array.from({ length: 8 }, () => 1000)
  const seconds = (set: Partial<BackOffPace>) => waits(crashes, 1, set).map((ms) => ms / 1000)
  t.deepEqual(seconds({ longestMs: 60_000 }), [0, 10, 20, 40, 60, 60, 60, 60])
  t.deepEqual(seconds({ longestMs: 2000 }), [0, 2, 2, 2, 2, 2, 2, 2])
  t.deepEqual(seconds({ firstMs: 1000, longestMs: 60_000 }), [0, 1, 2, 4, 8, 16, 32, 60])
  t.deepEqual(waits([1, 1, 1, 10 * MINUTE + 1, 1], 1, { longestMs: 1000 }), [0, 1000, 1000, 0, 1000])
})

test('whose back-off is none is restarted at once each time', (t) => {
  t.deepEqual(waits([1, 1, 1, 1], 1, { firstMs: 0 }), [0, 0, 0, 0])
  t.deepEqual(waits([1, 1, 1, 1], 1, { longestMs: 0 }), [0, 0, 0, 0])
})

/**
 * A container that runs for a second under a real kubelet (v1.26, restartPolicy Always), as a watch saw it: ms since it was
 * first seen running, and the back-off that the kubelet named after each end.
 */
const RECORDED = [
  { startedAt: 0, endedAt: 1009, backOffMs: 0 },
  { startedAt: 2008, endedAt: 3015, backOffMs: 10_000 },
  { startedAt: 16_034, endedAt: 17_041, backOffMs: 20_000 },
  { startedAt: 44_085, endedAt: 45_090, backOffMs: 40_000 },
]

test('it names the back-offs that a real kubelet named', (t) => {
  t.deepEqual(
    waits(RECORDED.map(({ startedAt, endedAt }) => endedAt - startedAt)),
    RECORDED.map(({ backOffMs }) => backOffMs),
  )
})

test('a real kubelet restarted no earlier, and later by less than its sync period with jitter', (t) => {
  const predicted = waits(RECORDED.map(({ startedAt, endedAt }) => endedAt - startedAt))
  RECORDED.slice(1).forEach(({ startedAt }, index) => {
    const waited = startedAt - (RECORDED[index]?.endedAt ?? 0)
    const late = waited - (predicted[index] ?? 0)
    t.true(late >= 0 && late < 15_000, `restart ${index + 1} was ${late} ms late`)
  })
})

test('a container that has run for more than 10 min begins anew', (t) => {
  t.deepEqual(waits([1, 1, 1, 10 * MINUTE + 1, 1, 1]), [0, 10_000, 20_000, 0, 10_000, 20_000])
  t.deepEqual(waits([1, 1, 1, 9 * MINUTE, 1]), [0, 10_000, 20_000, 40_000, 80_000])
})

test('10 min after the last restart the back-off is forgotten, though it has not gone by', (t) => {
  const crashes = Array.from({ length: 7 }, () => 1)
  t.deepEqual(waits([...crashes, 6 * MINUTE, 1]).slice(-2), [4 * MINUTE, 10_000])
})

test('property: a scaled life is the same life, faster or slower', (t) => {
  const lives = fc.array(fc.integer({ min: 0, max: 20 * MINUTE }), { maxLength: 20 })
  fc.assert(
    fc.property(lives, fc.constantFrom(0.25, 0.5, 2, 8), (ran, scale) => {
      const scaled = waits(
        ran.map((ms) => ms * scale),
        scale,
      )
      return scaled.every((wait, index) => wait === (waits(ran)[index] ?? 0) * scale)
    }),
  )
  t.pass()
})

test('property: nothing waits for more than 5 min, nor once 10 min have gone by since its start', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 * MINUTE }), { maxLength: 20 }), (ran) =>
      waits(ran).every((wait, index) => wait <= 5 * MINUTE && (wait === 0 || wait + (ran[index] ?? 0) <= 10 * MINUTE)),
    ),
  )
  t.pass()
})

/** What a container waits for its restarts that a probe kills after so long each time. */
function waitsAfterKills(ranMs: readonly number[], scale = 1): readonly number[] {
  let backoff: Backoff = beginBackoff()
  let sinceMs = Infinity
  return ranMs.map((ran) => {
    const restart = nextRestartAfterKill(backoff, ran, sinceMs === Infinity ? sinceMs : sinceMs + ran, {
      ...DEFAULT_PACE,
      scale,
    })
    backoff = restart.backoff
    sinceMs = restart.afterMs
    return restart.afterMs
  })
}

test('what a probe kills is restarted at once, unless the end before it was too short ago', (t) => {
  // 30 s each: the back-off of 10 s and 20 s is over by then, that of 40 s is not.
  t.deepEqual(waitsAfterKills([30, 30, 30, 30, 30, 30, 30].map((s) => s * 1000)), [0, 0, 0, 0, 40_000, 80_000, 160_000])
  t.deepEqual(waitsAfterKills([3, 3, 3, 3].map((s) => s * 1000)), [0, 0, 10_000, 20_000])
  t.deepEqual(
    waitsAfterKills(
      [3, 3, 3, 3].map((s) => s * 100),
      0.1,
    ),
    [0, 0, 1000, 2000],
  )
  t.deepEqual(waitsAfterKills([3, 3, 3, 900, 3].map((s) => s * 1000)), [0, 0, 10_000, 0, 10_000])
})
