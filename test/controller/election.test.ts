/** Replicas that want the same Lease, on clocks that know nothing of each other. */
import test from 'ava'
import * as fc from 'fast-check'
import {
  afterRenewal,
  beginElection,
  type Election,
  isLeading,
  mayHold,
  observeLease,
  readLease,
  type Record,
  RETRY_MS,
  writeLease,
  writeRelease,
} from '../../src/controller/election.ts'

interface Lease {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string }
}

/** A Lease in an API server: a change that names another version than there is, is refused. */
function createApi(): { get(): Record | undefined; put(lease: object): Record | undefined } {
  let stored: Lease | undefined
  let version = 0
  return {
    get: () => (stored === undefined ? undefined : readLease(stored)),
    put(lease) {
      const { metadata } = lease as Lease
      if (metadata.resourceVersion !== stored?.metadata.resourceVersion) return undefined
      stored = { ...(lease as Lease), metadata: { ...metadata, resourceVersion: String(++version) } }
      return readLease(stored)
    },
  }
}

type Api = ReturnType<typeof createApi>

/** One try, whose request is sent at one time, and answered at another. */
function attempt(election: Election, api: Api, sentMs: number): Election {
  const record = api.get()
  const seen = observeLease(election, record, sentMs)
  if (!mayHold(seen, record, sentMs)) return seen
  const written = api.put(writeLease(seen, 'lease', record, 'now'))
  return written === undefined ? seen : afterRenewal(seen, written, sentMs)
}

test('the first one gets it; the other one waits until it has seen no change for 15 s', (t) => {
  const api = createApi()
  let a = attempt(beginElection('a'), api, 0)
  t.true(isLeading(a, 0))
  // Its clock says something else altogether.
  let b = attempt(beginElection('b'), api, 9e9)
  t.false(isLeading(b, 9e9))
  a = attempt(a, api, 9000)
  b = attempt(b, api, 9e9 + 14_000)
  b = attempt(b, api, 9e9 + 28_999)
  t.false(isLeading(b, 9e9 + 28_999))
  b = attempt(b, api, 9e9 + 29_000)
  t.true(isLeading(b, 9e9 + 29_000))
  t.like(api.get(), { holder: 'b', transitions: 1 })
  t.false(isLeading(attempt(a, api, 30_000), 30_000))
})

test('a holder that cannot renew leads no more after 10 s', (t) => {
  const a = attempt(beginElection('a'), createApi(), 0)
  t.true(isLeading(a, 9999))
  t.false(isLeading(a, 10_000))
})

test('what is released is taken at once', (t) => {
  const api = createApi()
  attempt(beginElection('a'), api, 0)
  const b = attempt(beginElection('b'), api, 0)
  const record = api.get()
  if (record === undefined) return t.fail()
  api.put(writeRelease('lease', record, 'now'))
  t.true(isLeading(attempt(b, api, 1), 1))
  t.is(api.get()?.transitions, 1)
})

test('what an earlier life under the same name held is another’s', (t) => {
  const api = createApi()
  attempt(beginElection('a'), api, 0)
  t.false(isLeading(attempt(beginElection('a'), api, 1), 1))
})

test('a Lease that was deleted, or taken by somebody else, is lost at once', (t) => {
  const a = attempt(beginElection('a'), createApi(), 0)
  t.false(isLeading(observeLease(a, undefined, 1), 1))
  t.false(isLeading(observeLease(a, { version: '9', holder: 'b', acquireTime: '', transitions: 1 }, 1), 1))
})

test('a renewal keeps the time since which it is held', (t) => {
  const record = { version: '1', holder: 'a', acquireTime: 'then', transitions: 3 }
  const held = afterRenewal(beginElection('a'), record, 0)
  t.like(writeLease(held, 'lease', record, 'now'), {
    metadata: { resourceVersion: '1' },
    spec: { acquireTime: 'then', renewTime: 'now', leaseTransitions: 3, leaseDurationSeconds: 15 },
  })
  t.like(writeLease(beginElection('b'), 'lease', record, 'now'), { spec: { acquireTime: 'now', leaseTransitions: 4 } })
})

/** How long until the request is answered by the server, until the answer is here, and whether it is lost; or a pause. */
const TRY = fc.record({ thereMs: fc.nat(3000), backMs: fc.nat(3000), lost: fc.boolean(), pauseMs: fc.nat(20_000) })

test('there are never two that lead, however late or lost answers are, and whoever sleeps for a while', (t) => {
  let led = 0
  fc.assert(
    fc.property(fc.array(TRY, { minLength: 10, maxLength: 60 }), fc.nat(1e6), (tries, skewMs) => {
      const api = createApi()
      const skews = [0, skewMs]
      const elections = [beginElection('a'), beginElection('b')]
      const freeMs = [0, 700]
      /** What happens when, by real time. */
      let timers: { readonly atMs: number; readonly act: () => void }[] = []
      for (const [index, { thereMs, backMs, lost, pauseMs }] of tries.entries()) {
        const who = index % 2
        const sentMs = freeMs[who] ?? 0
        const atMs = sentMs + thereMs
        let answered: Record | undefined
        let seen: Election | undefined
        const now = (realMs: number): number => realMs + (skews[who] ?? 0)
        timers.push({
          atMs,
          act() {
            const record = api.get()
            seen = observeLease(elections[who] ?? beginElection(''), record, now(atMs))
            if (mayHold(seen, record, now(atMs))) answered = api.put(writeLease(seen, 'lease', record, 'now'))
          },
        })
        timers.push({
          atMs: atMs + backMs,
          act() {
            if (seen === undefined || lost) return
            elections[who] = answered === undefined ? seen : afterRenewal(seen, answered, now(sentMs))
          },
        })
        // As a rule the next try comes soon.
        freeMs[who] = atMs + backMs + (index % 7 === 0 ? pauseMs : RETRY_MS)
      }
      timers = timers.toSorted((a, b) => a.atMs - b.atMs)
      for (const { atMs, act } of timers) {
        act()
        for (const realMs of [atMs, atMs + 500, atMs + 9999]) {
          const leading = elections.filter((election, who) => isLeading(election, realMs + (skews[who] ?? 0)))
          if (realMs === atMs || timers.every((other) => other.atMs <= atMs || other.atMs > realMs)) {
            led += leading.length
            t.true(leading.length < 2)
          }
        }
      }
    }),
    { numRuns: 500 },
  )
  t.true(led > 1000)
})
