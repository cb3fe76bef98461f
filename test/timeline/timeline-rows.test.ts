import test from 'ava'
import * as fc from 'fast-check'
import { listFacts, tellOutcome } from '../../src/picture/facts.ts'
import { layOutTimeline } from '../../src/timeline/timeline-rows.ts'
import { describeTimeline } from '../../src/timeline/timeline-words.ts'
import type { History } from '../../src/history/history.ts'
import { anyHistory, makeCrowd, START_MS, TROUBLED, VOTING } from '../support/histories.ts'

function rowOf(history: History, container: string) {
  const index = history.containers.findIndex((each) => each.container === container)
  const row = layOutTimeline(history).rows[index]
  if (row === undefined) throw new Error(`no row of ${container}`)
  return row
}

test('bars lie where the times say, in percent of the axis', (t) => {
  const round = (value: number) => Math.round(value * 10) / 10
  const spans = rowOf(VOTING, 'postgres').spans.map(({ phase, from, to }) => [phase, round(from), round(to)])
  t.deepEqual(spans, [
    ['waiting', 0.1, 13.4],
    ['starting', 13.4, 43.5],
    ['ready', 43.5, 100],
  ])
})

test('each gate of the critical path is opened by the container before it', (t) => {
  const { rows, critical } = layOutTimeline(VOTING)
  t.deepEqual(
    critical?.steps.map(({ container }) => container),
    ['redis', 'postgres', 'worker', 'vote', 'result'],
  )
  t.deepEqual(
    rows.map(({ opened }) => opened?.by),
    [undefined, 0, 1, 2, 3],
  )
  t.true(rows.every(({ critical: part, opened }) => part !== undefined && opened?.critical !== false))
})

test('one container alone is no path', (t) => {
  const { rows, critical, kinds } = layOutTimeline({ ...VOTING, containers: VOTING.containers.slice(0, 1), links: [] })
  t.is(critical, undefined)
  t.is(rows[0]?.critical, undefined)
  t.false(kinds.has('critical'))
})

test('failed, skipped, started again, and what nobody told, each has a mark of its own', (t) => {
  t.deepEqual(
    rowOf(TROUBLED, 'migrate').ends.map(({ end }) => end),
    ['failed', 'failed', 'ended'],
  )
  t.is(rowOf(TROUBLED, 'migrate').rebirths.length, 2)
  t.deepEqual(
    rowOf(TROUBLED, 'report').ends.map(({ end }) => end),
    ['skipped'],
  )
  t.deepEqual(
    rowOf(TROUBLED, 'legacy').spans.map(({ phase }) => phase),
    ['unclear'],
  )
  t.deepEqual(rowOf(TROUBLED, 'later').spans, [])
  t.deepEqual(
    [...rowOf(TROUBLED, 'cache').spans.map(({ phase }) => phase)],
    ['waiting', 'running', 'restarting', 'waiting', 'running'],
  )
})

test('a wait for something outside of the pod points from nowhere', (t) => {
  const [redis] = VOTING.containers
  if (redis === undefined) throw new Error('no redis')
  const lives = [{ sinceMs: START_MS, startedMs: START_MS + 5, waitedFor: 'service/mail' }]
  t.is(layOutTimeline({ ...VOTING, containers: [{ ...redis, lives }], links: [] }).rows[0]?.opened, undefined)
})

test('the outcome of a container is said in a few words', (t) => {
  const outcomes = TROUBLED.containers.map((container) => tellOutcome(container, TROUBLED.startMs))
  t.deepEqual(outcomes, [
    'ended 0.90 s',
    'ready 9.00 s',
    'ended 52.0 s, 4 restarts',
    'running 52.0 s',
    'restarting (1), exit 143, liveness probe',
    'exit 2',
    'skipped',
    'waiting',
    'waiting or running',
    'stopping',
    'not begun',
  ])
})

test('what ended since its pod was stopped has not failed', (t) => {
  const life = { startedMs: START_MS, endedMs: START_MS + 4000, exitCode: 143, reason: 'Error', stopped: true }
  t.is(tellOutcome({ container: 'db', state: 'ended', lives: [life], restarts: 0 }, START_MS), 'stopped 4.00 s')
})

test('every life is listed, and counted from the first one, known or not', (t) => {
  const facts = listFacts(TROUBLED)
  t.deepEqual(
    facts.filter(({ container }) => container === 'migrate').map(({ life }) => life),
    ['3 of 5', '4 of 5', '5 of 5'],
  )
  t.is(facts.find(({ container }) => container === 'seed')?.message, 'no such table: "users" <1>')
  t.is(facts.findLast(({ container }) => container === 'cache')?.message, 'killed over its liveness probe')
  t.is(facts.find(({ container }) => container === 'legacy')?.waited, 'not told')
  t.is(facts.find(({ container }) => container === 'later')?.started, '')
})

test('the sentence says what the order saves, and shortens a long chain', (t) => {
  t.is(
    describeTimeline(layOutTimeline(VOTING)),
    '5 containers in 9.30 s. Critical path: redis → postgres → worker → vote → result, 9.3 s.',
  )
  t.regex(
    describeTimeline(layOutTimeline(makeCrowd(40))),
    /^40 containers in .* one after another all would take .* saved\.$/,
  )
  const chain: History = {
    ...VOTING,
    containers: Array.from({ length: 30 }, (_, index) => ({
      container: `c${index}`,
      state: 'ready' as const,
      restarts: 0,
      lives: [
        {
          sinceMs: START_MS,
          startedMs: START_MS + index * 100,
          readyMs: START_MS + index * 100 + 99,
          ...(index === 0 ? {} : { waitedFor: `c${index - 1}/ready` }),
        },
      ],
    })),
    links: Array.from({ length: 29 }, (_, index) => ({
      container: `c${index + 1}`,
      target: `c${index}`,
      condition: 'ready' as const,
    })),
  }
  t.regex(describeTimeline(layOutTimeline(chain)), /c0 → c1 → c2 → c3 → c4 → c5 → 18 more → c24 → .* → c29,/)
})

test('whatever the times are, nothing is drawn outside of the axis', (t) => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      for (const { spans, ends, readies, rebirths, opened, critical } of layOutTimeline(history).rows) {
        const places = [
          ...spans.flatMap(({ from, to }) => [from, to]),
          ...ends.map(({ at }) => at),
          ...[...readies, ...rebirths],
          ...(opened === undefined ? [] : [opened.at]),
          ...(critical === undefined ? [] : [critical.from, critical.to]),
        ]
        t.true(places.every((place) => place >= 0 && place <= 100))
        t.true(spans.every(({ from, to }) => to >= from))
      }
    }),
  )
})
