/** A run directory tells of the latest life of each container, and of what a new life has kept of the one before. */
import test from 'ava'
import * as fc from 'fast-check'
import { writeRecord } from '../../src/flags/record.ts'
import { tellOutcome } from '../../src/picture/facts.ts'
import { type FlagFolder, findFlagFolders, readFlagHistory } from '../../src/history/history-flags.ts'
import { type ContainerHistory, layOutSpans } from '../../src/history/history.ts'

const START = Date.UTC(2026, 0, 1)
const at = (ms: number): string => new Date(START + ms).toISOString()

/** @param flags flag -> what its record has, but for `at` and the incarnation, which are in front: `[atMs, 'i1', more]` */
function folder(
  container: string,
  flags: Readonly<Record<string, readonly [number, string, object?]>>,
  socketMs?: number,
  dead = false,
): FlagFolder {
  const entries = Object.entries(flags).map(([flag, [ms, incarnation, more]]) => {
    return [flag, writeRecord({ at: at(ms), incarnation, ...more })] as const
  })
  const socket = socketMs === undefined ? undefined : { sinceMs: START + socketMs, dead }
  return { container, flags: new Map(entries), socket }
}

const NOW = { nowMs: undefined, clockMs: START + 9000 }
const read = (one: FlagFolder): ContainerHistory | undefined => readFlagHistory([one], NOW).containers[0]

test('a life that goes on ends now, where its wrapper lives', (t) => {
  const db = folder('db', { started: [20, 'i1', { since: at(10) }], ready: [500, 'i1'] }, 9)
  const app = folder('app', { started: [510, 'i2', { since: at(12), waitedFor: 'db/ready' }] }, 11)
  const history = readFlagHistory([app, db, folder('late', {}, 15)], NOW)
  t.deepEqual(
    history.containers.map(({ container, state }) => `${container} ${state}`),
    ['db ready', 'app running', 'late waiting'],
  )
  t.deepEqual(history.containers[1]?.lives, [{ sinceMs: START + 12, startedMs: START + 510, waitedFor: 'db/ready' }])
  t.deepEqual(history.links, [{ container: 'app', target: 'db', condition: 'ready' }])
  t.is(history.startMs, START + 10)
  t.is(history.endMs, START + 9000)
})

test('of a copy nothing is known after its last flag, nor whether who has no flags waits', (t) => {
  const db = folder('db', { started: [20, 'i1', { since: at(10) }], ready: [500, 'i1'] })
  const history = readFlagHistory([db, folder('app', {})], NOW)
  t.is(history.endMs, START + 500 + 1000)
  t.true(history.partial)
  const [, app] = history.containers
  t.is(app && tellOutcome(app, START), 'waiting, or not begun')
  const later = readFlagHistory([db], { ...NOW, nowMs: START + 700 })
  t.is(later.endMs, START + 700)
  t.is(later.partial, undefined)
})

test('a wrapper that nobody can reach any more was killed', (t) => {
  const db = folder('db', { started: [20, 'i1', { since: at(10) }], ready: [500, 'i1'] }, 9, true)
  const late = folder('late', {}, 15, true)
  const other = folder('other', { started: [20, 'i2'] }, 9)
  const history = readFlagHistory([db, late, other], NOW)
  t.deepEqual(
    history.containers.map((one) => `${one.container} ${one.state} ${tellOutcome(one, START)}`),
    ['db ended Killed', 'other running running 0.02 s', 'late ended Killed'],
  )
  const done = folder('db', { started: [20, 'i1'], ended: [90, 'i1', { exitCode: 0, reason: 'Completed' }] }, 9, true)
  t.is(read(done)?.lives[0]?.reason, 'Completed')
})

test('who was killed, and when, is what those say that waited for it', (t) => {
  const db = folder('db', { started: [20, 'i1', { since: at(10) }], ready: [500, 'i1'] })
  const why = { exitCode: 1, reason: 'PredecessorDied', origin: 'db' }
  const history = readFlagHistory([db, folder('app', { failed: [800, 'i2', why] })], NOW)
  const [killed, skipped] = history.containers
  t.is(killed?.lives[0]?.endedMs, START + 800)
  t.is(killed?.lives[0]?.reason, 'Killed')
  t.is(skipped?.state, 'skipped')
  t.is(history.partial, undefined)
})

test('an end has its code, its reason and its message', (t) => {
  const end = { exitCode: 3, reason: 'Error', message: 'exit code 3' }
  const flags = {
    started: [20, 'i1', { since: at(10) }],
    failed: [900, 'i1', end],
    ended: [901, 'i1', end],
    exitCode: [901, 'i1', end],
  } as const
  t.deepEqual(read(folder('a', flags)), {
    container: 'a',
    state: 'ended',
    lives: [{ sinceMs: START + 10, startedMs: START + 20, endedMs: START + 900, ...end }],
    restarts: 0,
  })
})

test('what was never started because of another is skipped', (t) => {
  for (const reason of ['Skipped', 'PredecessorDied']) {
    t.is(read(folder('a', { failed: [900, 'i1', { exitCode: 1, reason }] }))?.state, 'skipped')
  }
  t.is(read(folder('a', { failed: [900, 'i1', { exitCode: 127, reason: 'StartError' }] }))?.state, 'ended')
})

test('the end of an earlier life stays, and the next one waits or runs', (t) => {
  const done = [700, 'i1', { exitCode: 0, reason: 'Completed' }] as const
  const again = read(folder('a', { completed: done, exitCode: done, started: [900, 'i2', { since: at(800) }] }, 790))
  t.is(again?.state, 'running')
  t.is(again?.restarts, 1)
  t.deepEqual(
    again?.lives.map(({ endedMs, startedMs }) => [startedMs, endedMs]),
    [
      [undefined, START + 700],
      [START + 900, undefined],
    ],
  )
  t.is(read(folder('a', { completed: done }, 790))?.state, 'waiting')
  t.is(read(folder('a', { completed: done }, 10))?.state, 'ended')
})

test('earlier attempts of one wrapper are counted as restarts', (t) => {
  t.is(read(folder('a', { started: [20, 'i1', { since: at(10), attempt: 3 }] }, 5))?.restarts, 2)
})

test('a directory is one of flags when a flag or a wrapper is in it', (t) => {
  const strange: FlagFolder = {
    container: 'src',
    flags: new Map([
      ['README', 'text'],
      ['package.json', '{"name":"x"}'],
    ]),
    socket: undefined,
  }
  const empty = folder('late', {})
  const db = folder('db', { started: [20, 'i1'] })
  t.is(findFlagFolders([strange, empty]), undefined)
  t.deepEqual(findFlagFolders([strange, empty, db]), [empty, db])
})

test('a container may write what it likes into its own directory', (t) => {
  const value = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({
        at: fc.anything(),
        incarnation: fc.anything(),
        exitCode: fc.anything(),
        reason: fc.anything(),
        attempt: fc.anything(),
        waitedFor: fc.anything(),
      })
      .map((record) => JSON.stringify(record)),
  )
  const socket = fc.record({ sinceMs: fc.nat(), dead: fc.boolean() })
  const flag = fc.constantFrom('started', 'ready', 'completed', 'failed', 'exitCode', '__proto__')
  fc.assert(
    fc.property(fc.array(fc.tuple(flag, value)), fc.option(socket, { nil: undefined }), (flags, served) => {
      const history = readFlagHistory([{ container: '__proto__', flags: new Map(flags), socket: served }], NOW)
      for (const container of history.containers) {
        for (const life of container.lives) {
          for (const ms of [life.sinceMs, life.startedMs, life.readyMs, life.endedMs])
            t.true(ms === undefined || Number.isFinite(ms))
          t.true(life.reason === undefined || typeof life.reason === 'string')
          t.true(life.exitCode === undefined || typeof life.exitCode === 'number')
        }
        layOutSpans(container, history.endMs)
      }
    }),
  )
})
