/** A run directory tells of the latest life of each container, and of what a new life has kept of the one before. */
import test from 'ava'
import * as fc from 'fast-check'
import { writeRecord } from '../../../src/core/entrypoint/record.ts'
import { type FlagFolder, findFlagFolders, readFlagHistory } from '../../../src/core/timeline/history-flags.ts'
import { type ContainerHistory, layOutSpans } from '../../../src/core/timeline/history.ts'

const START = Date.UTC(2026, 0, 1)
const at = (ms: number): string => new Date(START + ms).toISOString()

/** @param flags flag -> what its record has, but for `at` and the incarnation, which are in front: `[atMs, 'i1', more]` */
function folder(
  container: string,
  flags: Readonly<Record<string, readonly [number, string, object?]>>,
  aliveMs?: number,
): FlagFolder {
  const entries = Object.entries(flags).map(([flag, [ms, incarnation, more]]) => {
    return [flag, writeRecord({ at: at(ms), incarnation, ...more })] as const
  })
  return { container, flags: new Map(entries), aliveMs: aliveMs === undefined ? undefined : START + aliveMs }
}

const read = (one: FlagFolder): ContainerHistory | undefined => readFlagHistory([one], START + 9000).containers[0]

test('a life that goes on ends now, where its wrapper lives', (t) => {
  const db = folder('db', { started: [20, 'i1', { since: at(10) }], ready: [500, 'i1'] }, 9)
  const app = folder('app', { started: [510, 'i2', { since: at(12), waitedFor: 'db/ready' }] }, 11)
  const history = readFlagHistory([app, db, folder('late', {}, 15)], START + 9000)
  t.deepEqual(
    history.containers.map(({ container, state }) => `${container} ${state}`),
    ['db ready', 'app running', 'late waiting'],
  )
  t.deepEqual(history.containers[1]?.lives, [{ sinceMs: START + 12, startedMs: START + 510, waitedFor: 'db/ready' }])
  t.deepEqual(history.links, [{ container: 'app', target: 'db', condition: 'ready' }])
  t.is(history.startMs, START + 10)
  t.is(history.endMs, START + 9000)
})

test('of a copy nothing is known after its last flag', (t) => {
  const history = readFlagHistory(
    [folder('db', { started: [20, 'i1', { since: at(10) }], ready: [500, 'i1'] })],
    START + 9000,
  )
  t.is(history.endMs, START + 500)
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
    aliveMs: undefined,
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
  const flag = fc.constantFrom('started', 'ready', 'completed', 'failed', 'exitCode', '__proto__')
  fc.assert(
    fc.property(fc.array(fc.tuple(flag, value)), fc.option(fc.nat(), { nil: undefined }), (flags, aliveMs) => {
      const history = readFlagHistory([{ container: '__proto__', flags: new Map(flags), aliveMs }], START)
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
