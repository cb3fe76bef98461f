import test from 'ava'
import * as fc from 'fast-check'
import { type KubeFailure, unreachable } from '../../src/kube/failure.ts'
import {
  afterEnd,
  afterEvent,
  afterList,
  beginFollowing,
  type Ending,
  type Following,
  readEvent,
} from '../../src/kube/list-watch.ts'
import { delayRetry } from '../../src/base/back-off.ts'
import { readStream } from '../support/recordings.ts'

const failure = (kind: KubeFailure['kind'], retryAfterMs?: number): KubeFailure => ({
  ...unreachable('no'),
  kind,
  retryAfterMs,
})
const failed = (kind: KubeFailure['kind'], fruitful = false): Ending => ({
  kind: 'failed',
  failure: failure(kind),
  fruitful,
})
const watching = afterList(beginFollowing(), '7')

test('a follower lists, then watches after the last version that it has seen', (t) => {
  t.is(beginFollowing().version, undefined)
  t.is(watching.version, '7')
  t.is(afterEvent(watching, '9').version, '9')
})

test('a watch that the server ends in good order is followed by the next one, at once and from there', (t) => {
  t.deepEqual(afterEnd(afterEvent(watching, '9'), { kind: 'closed', fruitful: true }, 0), {
    state: { version: '9', paged: true, failures: 0, listed: true },
    afterMs: 0,
  })
})

test('a watch that is cut is taken up again where it was, after a moment', (t) => {
  const next = afterEnd(afterEvent(watching, '9'), failed('unreachable', true), 0)
  t.is(next?.state.version, '9')
  t.true((next?.afterMs ?? 0) > 0)
})

test('a server that ends every watch at once is asked ever more slowly', (t) => {
  let state = watching
  const pauses = Array.from({ length: 9 }, () => {
    const next = afterEnd(state, { kind: 'closed', fruitful: false }, 0)
    state = next?.state ?? state
    return next?.afterMs
  })
  t.deepEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
})

test('a version that has expired is listed anew, at once; time and again, with pauses', (t) => {
  const once = afterEnd(watching, failed('expired'), 0)
  t.deepEqual(once, { state: { version: undefined, paged: true, failures: 1, listed: true }, afterMs: 0 })
  const again = afterEnd(afterList(once?.state ?? watching, '8'), failed('expired'), 0)
  t.deepEqual(again, { state: { version: undefined, paged: true, failures: 2, listed: true }, afterMs: 500 })
})

test('a list whose continue token has expired is asked for in one piece', (t) => {
  const next = afterEnd(beginFollowing(), failed('expired'), 0)
  t.is(next?.state.paged, false)
  t.is(afterList(next?.state ?? watching, '9').paged, true)
})

test('what is refused from the start is final; what was allowed once is tried again', (t) => {
  for (const kind of ['unauthorized', 'forbidden', 'missing', 'invalid', 'untrusted'] as const) {
    t.is(afterEnd(beginFollowing(), failed(kind), 0), undefined, kind)
    t.is(afterEnd(watching, failed(kind), 0)?.state.version, '7', kind)
  }
  for (const kind of ['unreachable', 'throttled', 'broken'] as const) {
    t.not(afterEnd(beginFollowing(), failed(kind), 0), undefined, kind)
  }
})

test('no follower gives up or spins, whatever happens to it', (t) => {
  const endings = fc.oneof(
    fc.record({ kind: fc.constant('closed' as const), fruitful: fc.boolean() }),
    fc.record({
      kind: fc.constant('failed' as const),
      fruitful: fc.boolean(),
      failure: fc
        .constantFrom<KubeFailure['kind']>('unreachable', 'throttled', 'broken', 'expired', 'forbidden')
        .map((kind) => failure(kind)),
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(endings, fc.double({ min: 0, max: 0.999, noNaN: true }))), (history) => {
      let state: Following = watching
      let hurried = 0
      for (const [ending, chance] of history) {
        const next = afterEnd(state, ending, chance)
        t.not(next, undefined)
        if (next === undefined) return
        hurried = next.afterMs === 0 && !ending.fruitful ? hurried + 1 : 0
        t.true(hurried <= 1)
        state = next.state.version === undefined ? afterList(next.state, '8') : next.state
      }
    }),
  )
})

test('pauses double up to half a minute, half of each left to chance, and are as long as was asked for', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, chance) => {
        const pause = delayRetry(failures, chance)
        t.true(pause >= 250 && pause <= 30_000)
        t.true(pause >= delayRetry(failures, 0) && pause <= 2 * delayRetry(failures, 0))
        t.true(delayRetry(failures, chance, 60_000) >= 60_000)
      },
    ),
  )
})

test('the recorded lines of a watch are read: bookmarks, and the loss of a version', (t) => {
  t.deepEqual(readStream('watch-bookmarks-timeout-10s').map(readEvent), [{ kind: 'bookmark', version: '47021' }])
  const [gone] = readStream('watch-410-gone-resourceVersion-1').map(readEvent)
  t.like(gone, { kind: 'error', failure: { kind: 'expired', message: 'too old resource version: 1 (47326)' } })
  for (const line of readStream('watch-bookmarks-150s')) t.is(readEvent(line).kind, 'bookmark')
})

test('any other ERROR has everything listed again, but for one that asks to wait', (t) => {
  const read = (status: object) => readEvent(JSON.stringify({ type: 'ERROR', object: status }))
  t.like(read({ code: 500, message: 'etcd' }), { kind: 'error', failure: { kind: 'expired', message: 'etcd' } })
  t.like(read({ code: 429, details: { retryAfterSeconds: 2 } }), {
    kind: 'error',
    failure: { kind: 'throttled', retryAfterMs: 2000 },
  })
})

test('half a line, and what is no event, end the watch', (t) => {
  const [line = ''] = readStream('job-completes.job')
  for (const half of [line.slice(0, 100), '[]', '{"type":"NEWS"}', 'null']) {
    t.like(readEvent(half), { kind: 'error', failure: { kind: 'unreachable' } }, half)
  }
})
