import test from 'ava'
import * as fc from 'fast-check'
import { describeCritical, findCritical, measureSteps } from '../../src/history/critical.ts'
import type { History, HistoryLink, Life } from '../../src/history/history.ts'

const readyLinks = (...pairs: readonly string[]): readonly HistoryLink[] =>
  pairs.map((pair) => {
    const [container = '', target = ''] = pair.split(' after ')
    return { container, target, condition: 'ready' }
  })

function makeHistory(
  lives: Readonly<Record<string, Life | readonly Life[]>>,
  links: readonly HistoryLink[] = [],
): History {
  const containers = Object.entries(lives).map(([container, of]) => {
    const own = [of].flat()
    return { container, state: 'ended' as const, lives: own, restarts: own.length - 1 }
  })
  return { pod: 'shop', startMs: 0, endMs: 10_000, containers, links }
}

const steps = (history: History): readonly string[] | undefined =>
  findCritical(history)?.steps.map(({ container, fromMs, toMs }) => `${container} ${fromMs}-${toMs}`)

const stop = { stopped: true, exitCode: 0 }

test('the path goes back along what opened the gates, from what was done last', (t) => {
  const history = makeHistory(
    {
      redis: { sinceMs: 0, startedMs: 10, readyMs: 500, endedMs: 9000, ...stop },
      postgres: { sinceMs: 0, startedMs: 10, readyMs: 3000, endedMs: 8900, ...stop },
      worker: { sinceMs: 5, startedMs: 3005, readyMs: 4000, waitedFor: 'postgres/ready', endedMs: 8800, ...stop },
      result: { sinceMs: 5, startedMs: 4010, waitedFor: 'worker/ready', endedMs: 6210, exitCode: 0 },
    },
    readyLinks('worker after redis', 'worker after postgres', 'result after worker'),
  )
  t.deepEqual(steps(history), ['postgres 10-3000', 'worker 3005-4000', 'result 4010-6210'])
  const critical = findCritical(history)
  t.is(critical?.chainMs, 6200)
  t.is(critical?.sumMs, 490 + 2990 + 995 + 2200)
  t.is(
    critical && describeCritical(critical),
    'critical path: postgres -> worker -> result, 6.2 s; one after another all would take 6.7 s, they took 6.2 s: 0.5 s saved',
  )
})

test('what went one after another anyway saves nothing: an init container comes before every gate', (t) => {
  const history = makeHistory(
    {
      setup: { sinceMs: 0, startedMs: 0, endedMs: 3000, exitCode: 0 },
      build: { sinceMs: 3100, startedMs: 3100, readyMs: 3100, endedMs: 4000, exitCode: 0 },
      test: { sinceMs: 3100, startedMs: 4000, endedMs: 5000, exitCode: 0, waitedFor: 'build/completed' },
    },
    [{ container: 'test', target: 'build', condition: 'completed' }],
  )
  const critical = findCritical(history)
  t.is(critical && describeCritical(critical), 'critical path: build -> test, 1.9 s')
})

test('a path goes through what was skipped, to the end that it was skipped for', (t) => {
  const skipped = { exitCode: 1, reason: 'Skipped' }
  const { containers, links, ...rest } = makeHistory(
    {
      clone: { startedMs: 0, readyMs: 0, endedMs: 200, exitCode: 0 },
      unit: { startedMs: 205, endedMs: 700, exitCode: 3, waitedFor: 'clone/completed' },
      lint: { startedMs: 205, endedMs: 900, exitCode: 1, waitedFor: 'clone/completed' },
      deploy: { sinceMs: 5, endedMs: 705, ...skipped },
      tell: { sinceMs: 5, endedMs: 710, ...skipped },
      cleanup: { startedMs: 715, endedMs: 950, exitCode: 0, waitedFor: 'tell/ended' },
    },
    [
      { container: 'unit', target: 'clone', condition: 'completed' },
      { container: 'lint', target: 'clone', condition: 'completed' },
      ...['lint', 'unit'].map((target) => ({ container: 'deploy', target, condition: 'completed' as const })),
      { container: 'tell', target: 'deploy', condition: 'completed' },
      { container: 'cleanup', target: 'tell', condition: 'ended' },
    ],
  )
  const told = containers.map((one) =>
    one.lives[0]?.reason === 'Skipped' ? { ...one, state: 'skipped' as const } : one,
  )
  t.deepEqual(steps({ ...rest, links, containers: told }), ['clone 0-200', 'unit 205-700', 'cleanup 715-950'])
})

test('what its pod has stopped was done when it was ready', (t) => {
  const history = makeHistory(
    {
      db: { startedMs: 0, readyMs: 100, endedMs: 9000, ...stop },
      web: { startedMs: 110, readyMs: 300, waitedFor: 'db/ready', endedMs: 9500, ...stop },
    },
    readyLinks('web after db'),
  )
  t.deepEqual(steps(history), ['db 0-100', 'web 110-300'])
})

test('an end that was waited for counts, and one container that was is no path', (t) => {
  const links = [{ container: 'test', target: 'build', condition: 'completed' as const }]
  const build = { startedMs: 0, readyMs: 0, endedMs: 700, exitCode: 0 }
  const history = makeHistory(
    { build, test: { startedMs: 705, endedMs: 900, exitCode: 1, waitedFor: 'build/completed' } },
    links,
  )
  t.deepEqual(steps(history), ['build 0-700', 'test 705-900'])
  const alone = findCritical(makeHistory({ build }))
  t.is(alone && describeCritical(alone), undefined)
  t.is(alone?.chainMs, 700)
})

test('of several lives the one counts that opened the gate', (t) => {
  const lives = [
    { startedMs: 0, readyMs: 100, endedMs: 200, exitCode: 1 },
    { startedMs: 1000, readyMs: 1100, endedMs: 1200, exitCode: 1 },
    { startedMs: 5000, readyMs: 5100 },
  ]
  const history = makeHistory(
    { db: lives, app: { startedMs: 1101, readyMs: 8000, waitedFor: 'db/ready' } },
    readyLinks('app after db'),
  )
  t.deepEqual(steps(history), ['db 1000-1100', 'app 1101-8000'])
})

test('where it is not known when a gate opened that may have been the last, there is no path', (t) => {
  const history = makeHistory(
    { db: { startedMs: 0, readyMs: 100 }, app: { sinceMs: 0, gateUntold: true } },
    readyLinks('app after db'),
  )
  t.is(findCritical(history), undefined)
  t.is(findCritical(makeHistory({})), undefined)
  t.is(findCritical(makeHistory({ a: { sinceMs: 5 } })), undefined)
})

test('a path begins where something outside the pod was waited for', (t) => {
  const history = makeHistory(
    {
      web: { startedMs: 500, readyMs: 600, waitedFor: 'service/mail' },
      app: { startedMs: 601, readyMs: 700, waitedFor: 'web/ready' },
    },
    readyLinks('app after web'),
  )
  t.deepEqual(steps(history), ['web 500-600', 'app 601-700'])
})

test('two that seem to have waited for each other are not followed for ever', (t) => {
  const history = makeHistory({
    a: { startedMs: 5, readyMs: 10, waitedFor: 'b/ready' },
    b: { startedMs: 5, readyMs: 10, waitedFor: 'a/ready' },
  })
  t.true((steps(history)?.length ?? 0) <= 2)
})

test('nobody takes less than no time, and the path takes no longer than the whole', (t) => {
  const time = fc.option(fc.nat(10_000), { nil: undefined })
  const name = fc.constantFrom('a', 'b', 'c', '__proto__')
  const condition = fc.constantFrom('started', 'ready', 'completed', 'failed', 'ended')
  const life = fc
    .record({ sinceMs: time, startedMs: time, readyMs: time, endedMs: time, exitCode: fc.nat(1) })
    .map((times) => {
      return Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined))
    })
  const waited = fc.tuple(life, fc.option(fc.tuple(name, condition), { nil: undefined })).map(([one, waitedFor]) => {
    return waitedFor === undefined ? one : { ...one, waitedFor: waitedFor.join('/') }
  })
  const lives = fc.array(fc.tuple(name, fc.array(waited, { maxLength: 3 })), { maxLength: 4 })
  const links = fc.array(fc.record({ container: name, target: name, condition }), { maxLength: 4 })
  fc.assert(
    fc.property(lives, links, (of, waits) => {
      const history = makeHistory(Object.fromEntries(of), waits)
      for (const { fromMs, toMs } of measureSteps(history).values()) t.true(toMs >= fromMs)
      const critical = findCritical(history)
      if (critical === undefined) return
      for (const { fromMs, toMs } of critical.steps) t.true(toMs >= fromMs)
      t.true(critical.chainMs >= 0)
      t.is(new Set(critical.steps.map(({ container }) => container)).size, critical.steps.length)
    }),
  )
})
