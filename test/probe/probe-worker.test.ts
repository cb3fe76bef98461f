import test from 'ava'
import * as fc from 'fast-check'
import type { ProbeKind } from '../../src/probe/care.ts'
import { type ProbeFinding, hireWorker, takeResult } from '../../src/probe/probe-worker.ts'
import { DEFAULT_TIMING, type Timing } from '../../src/probe/probe.ts'

interface Watch {
  readonly probes: readonly number[]
  readonly findings: readonly (readonly [number, ProbeFinding])[]
}

/** Probes an application whose check answers `isUp(at)` at once. */
function watch(
  kind: ProbeKind,
  timing: Partial<Timing>,
  isUp: (at: number) => boolean,
  untilMs: number,
  { scale = 1, fromMs = 0 } = {},
): Watch {
  const probes: number[] = []
  const findings: (readonly [number, ProbeFinding])[] = []
  let worker = hireWorker(kind, { ...DEFAULT_TIMING, ...timing }, 0, fromMs, scale)
  for (let { due } = worker.machine; due !== undefined && due <= untilMs; { due } = worker.machine) {
    probes.push(due)
    const { worker: next, finding } = takeResult(worker, isUp(due), due)
    worker = next
    if (finding !== undefined) findings.push([due, finding])
  }
  return { probes, findings }
}

const EVERY_SECOND = { periodMs: 1000, failureThreshold: 3 }

test('liveness: only failures in a row killReason, and then it is over', (t) => {
  const down = new Set([1000, 2000, 4000, 5000, 6000, 7000])
  t.deepEqual(
    watch('liveness', EVERY_SECOND, (at) => !down.has(at), 60_000),
    {
      probes: [0, 1000, 2000, 3000, 4000, 5000, 6000],
      findings: [[6000, 'failed']],
    },
  )
})

test('liveness: a container that fails from the first probe on has its threshold of periods', (t) => {
  t.deepEqual(
    watch('liveness', { ...EVERY_SECOND, initialDelayMs: 5000 }, () => false, 60_000),
    {
      probes: [5000, 6000, 7000],
      findings: [[7000, 'failed']],
    },
  )
})

test('startup: over with its first success, or with the last of its failures', (t) => {
  t.deepEqual(
    watch('startup', EVERY_SECOND, (at) => at >= 2000, 60_000),
    {
      probes: [0, 1000, 2000],
      findings: [[2000, 'passed']],
    },
  )
  t.deepEqual(
    watch('startup', EVERY_SECOND, () => false, 60_000),
    {
      probes: [0, 1000, 2000],
      findings: [[2000, 'failed']],
    },
  )
})

test('readiness: comes, goes after its failures in a row, and comes back', (t) => {
  const { findings } = watch('readiness', EVERY_SECOND, (at) => at < 2000 || at > 6000, 8000)
  t.deepEqual(findings, [
    [0, 'passed'],
    [4000, 'failed'],
    [7000, 'passed'],
  ])
})

test('what is held back by a startup probe begins with its success; the initial delay counts from the start', (t) => {
  const held = (initialDelayMs: number) =>
    watch('liveness', { ...EVERY_SECOND, initialDelayMs }, () => true, 12_000, { fromMs: 7500 }).probes[0]
  t.deepEqual([held(0), held(5000), held(10_000)], [7500, 7500, 10_000])
})

test('the scale is one of delays and periods; they never get shorter than a tenth of a second', (t) => {
  const { probes } = watch('liveness', { initialDelayMs: 5000, periodMs: 2000 }, () => true, 2000, { scale: 0.1 })
  t.deepEqual(probes.slice(0, 4), [500, 700, 900, 1100])
  t.deepEqual(watch('liveness', {}, () => true, 350, { scale: 0.001 }).probes, [0, 100, 200, 300])
  t.deepEqual(watch('liveness', { periodMs: 1000 }, () => true, 6000, { scale: 3 }).probes, [0, 3000, 6000])
})

test('a container that is killed has failed as often as the threshold says, in a row and last', (t) => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), (answers, threshold) => {
      const timing = { periodMs: 1000, failureThreshold: threshold }
      const { probes, findings } = watch('liveness', timing, (at) => answers[at / 1000] ?? true, 60_000)
      const [found] = findings
      const until = (found?.[0] ?? 60_000) / 1000
      const seen = Array.from({ length: until + 1 }, (_, at) => answers[at] ?? true)
      t.is(probes.length, seen.length)
      if (found !== undefined) t.true(seen.slice(-threshold).every((ok) => !ok))
      const runs = seen.slice(0, -1).map((ok) => (ok ? ' ' : 'x'))
      t.false(runs.join('').includes('x'.repeat(threshold)))
    }),
  )
})
