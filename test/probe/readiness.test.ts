import test from 'ava'
import * as fc from 'fast-check'
import { type Check, DEFAULT_TIMING, type Timing } from '../../src/probe/probe.ts'
import {
  beginReadiness,
  choosePace,
  recordResult,
  type ReadinessChange,
  type Readiness,
  type Role,
} from '../../src/probe/readiness.ts'

const REQUEST: Check = { kind: 'tcp', host: undefined, port: 80 }
const COMMAND: Check = { kind: 'exec', argv: ['true'] }
const EAGER = choosePace(REQUEST)

interface Event {
  readonly at: number
  readonly change: ReadinessChange
}

/** Runs the machine on a clock of its own against an application whose check answers `isUp(at)` after `tookMs`. */
function simulate(
  role: Role,
  timing: Timing,
  isUp: (at: number) => boolean,
  untilMs: number,
  tookMs = 0,
  pace = choosePace(REQUEST),
): { readonly events: readonly Event[]; readonly probes: readonly number[]; readonly end: Readiness } {
  const events: Event[] = []
  const probes: number[] = []
  let state = beginReadiness(timing, role, pace, 0)
  let now = 0
  while (state.due !== undefined && state.due <= untilMs) {
    now = Math.max(now, state.due)
    probes.push(now)
    const ok = isUp(now)
    now += tookMs
    const step = recordResult(state, ok, now)
    state = step.state
    if (step.change !== undefined) events.push({ at: now, change: step.change })
  }
  return { events, probes, end: state }
}

const timing = (more: Partial<Timing>): Timing => ({ ...DEFAULT_TIMING, ...more })

test('the first probe comes after the initial delay', (t) => {
  t.is(beginReadiness(timing({ initialDelayMs: 5000 }), 'readiness', EAGER, 70).due, 5070)
  t.is(beginReadiness(DEFAULT_TIMING, 'startup', EAGER, 70).due, 70)
})

test('probing that is held back begins late, and its budget with it', (t) => {
  const budget = timing({ initialDelayMs: 5000, periodMs: 1000, failureThreshold: 2 })
  t.is(beginReadiness(budget, 'startup', EAGER, 70, 3000).due, 5070)
  const late = beginReadiness(budget, 'startup', EAGER, 70, 9000)
  t.is(late.due, 9000)
  t.is(recordResult(recordResult(late, false, 9000).state, false, 10_900).change, undefined)
})

test('it probes every 100 ms until the first success, then at its own period', (t) => {
  const { events, probes } = simulate('readiness', DEFAULT_TIMING, (at) => at >= 250, 25_000)
  t.deepEqual(probes, [0, 100, 200, 300, 10_300, 20_300])
  t.deepEqual(events, [{ at: 300, change: 'ready' }])
})

test('it backs off: 100 ms for 5 s, 1 s for the first minute, then its own period', (t) => {
  const { probes } = simulate('readiness', timing({ periodMs: 20_000 }), () => false, 130_000)
  const pauses = probes.slice(1).map((at, index) => ({ at, pause: at - (probes[index] ?? 0) }))
  for (const { at, pause } of pauses) t.is(pause, at <= 5000 ? 100 : at <= 60_000 ? 1000 : 20_000, String(at))
  t.is(probes.length, 1 + 50 + 55 + 3)
})

test('probeEvery is the pause until the first success, and never longer than the period', (t) => {
  const every = (ms: number) =>
    simulate('readiness', timing({ periodMs: 1000 }), (at) => at >= 7500, 9500, 0, choosePace(REQUEST, ms)).probes
  t.deepEqual(every(2500), [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000])
  t.deepEqual(every(500).slice(-5), [6500, 7000, 7500, 8500, 9500])
})

test('a command takes at most a tenth of the time, as far as its period allows', (t) => {
  const exec = (tookMs: number, periodMs: number, untilMs: number, everyMs?: number) =>
    simulate('readiness', timing({ periodMs }), () => false, untilMs, tookMs, choosePace(COMMAND, everyMs)).probes
  t.deepEqual(exec(50, 10_000, 1500), [0, 500, 1000, 1500])
  t.deepEqual(exec(50, 10_000, 500, 20), [0, 500], 'whatever probeEvery says')
  t.deepEqual(exec(1000, 10_000, 20_000), [0, 10_000, 20_000])
  t.deepEqual(exec(3000, 10_000, 20_000), [0, 10_000, 20_000], 'no less often than the kubelet')
  const { length } = exec(50, 10_000, 60_000)
  t.true(length * 50 <= 0.06 * 60_000, `${length} probes in the first minute`)
})

test('an expensive request takes at most half of the time, and never waits longer than its period', (t) => {
  t.deepEqual(simulate('readiness', DEFAULT_TIMING, () => false, 2500, 600).probes, [0, 1200, 2400])
  t.deepEqual(simulate('readiness', timing({ periodMs: 1000 }), () => false, 3000, 800).probes, [0, 1000, 2000, 3000])
})

test('a probe that takes longer than its period is followed by the next at once', (t) => {
  t.deepEqual(simulate('readiness', timing({ periodMs: 1000 }), () => true, 5000, 2500).probes, [0, 2500, 5000])
})

test('a startup probe is over with its first success', (t) => {
  const { events, probes, end } = simulate('startup', DEFAULT_TIMING, (at) => at >= 100, 60_000)
  t.deepEqual(events, [{ at: 100, change: 'ready' }])
  t.deepEqual(probes, [0, 100])
  t.true(end.ready)
  t.throws(() => recordResult(end, true, 200))
})

test('a startup probe gives the whole of its budget, however fast it probes', (t) => {
  const budget = timing({ initialDelayMs: 3000, periodMs: 1000, failureThreshold: 5 })
  t.deepEqual(simulate('startup', budget, () => false, 60_000).events, [{ at: 8000, change: 'startup-failed' }])
  t.deepEqual(simulate('startup', budget, (at) => at >= 7900, 60_000).events, [{ at: 7900, change: 'ready' }])
})

test('a wrapper that was stopped for an hour counts one failure for it', (t) => {
  const begun = beginReadiness(timing({ periodMs: 1000 }), 'startup', EAGER, 0)
  const woken = recordResult(begun, false, 3_600_000)
  const next = recordResult(woken.state, false, 3_600_100)
  t.deepEqual([woken.change, next.change], [undefined, undefined])
})

test('ready needs its successes in a row', (t) => {
  const flapping = new Set([100, 1100, 3100, 4100, 5100])
  const { events } = simulate(
    'readiness',
    timing({ periodMs: 1000, successThreshold: 3 }),
    (at) => flapping.has(at),
    5500,
  )
  t.deepEqual(events, [{ at: 5100, change: 'ready' }])
})

test('ready goes away after the failures in a row, and comes back', (t) => {
  const down = new Set([1000, 2000, 4000, 5000, 6000, 7000])
  const { events } = simulate('readiness', timing({ periodMs: 1000 }), (at) => !down.has(at), 9000)
  t.deepEqual(events, [
    { at: 0, change: 'ready' },
    { at: 6000, change: 'unready' },
    { at: 8000, change: 'ready' },
  ])
})

test('changes alternate, time never runs backwards, and a period is never exceeded', (t) => {
  const numbers = fc.record({
    initialDelayMs: fc.constantFrom(0, 2000),
    periodMs: fc.integer({ min: 1, max: 10 }).map((seconds) => seconds * 1000),
    timeoutMs: fc.constant(1000),
    successThreshold: fc.integer({ min: 1, max: 4 }),
    failureThreshold: fc.integer({ min: 1, max: 4 }),
  })
  const answers = fc.array(fc.record({ ok: fc.boolean(), tookMs: fc.integer({ min: 0, max: 3000 }) }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(numbers, answers, (timing, list) => {
      let state = beginReadiness(timing, 'readiness', EAGER, 0)
      for (const { ok, tookMs } of list) {
        const due = state.due ?? Number.NaN
        const at = due + tookMs
        const { state: next, change } = recordResult(state, ok, at)
        t.is(change, next.ready === state.ready ? undefined : next.ready ? 'ready' : 'unready')
        const nextDue = next.due ?? Number.NaN
        t.true(nextDue >= at && nextDue <= Math.max(at, due + timing.periodMs))
        state = next
      }
    }),
  )
  t.pass()
})

test('a startup probe ends in success at the first good answer, or in failure no earlier than its budget', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(30_000),
      fc.nat(1000),
      (threshold, seconds, upAt, tookMs) => {
        const budget = timing({ periodMs: seconds * 1000, failureThreshold: threshold })
        const { events } = simulate('startup', budget, (at) => at >= upAt, 120_000, tookMs)
        t.is(events.length, 1)
        const [{ at, change } = { at: Number.NaN, change: undefined }] = events
        t.true(change === 'ready' ? at >= upAt : change === 'startup-failed' && at >= threshold * seconds * 1000)
        if (upAt < threshold * seconds * 1000 - 1000) t.is(change, 'ready')
      },
    ),
  )
})
