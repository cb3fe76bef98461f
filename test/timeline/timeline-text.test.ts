import test from 'ava'
import * as fc from 'fast-check'
import { choosePalette } from '../../src/base/palette.ts'
import type { ContainerHistory, History } from '../../src/history/history.ts'
import { drawLive } from '../../src/timeline/timeline-live.ts'
import { drawTimelineText } from '../../src/timeline/timeline-text.ts'
import { anyHistory, makeCrowd, START_MS, TROUBLED, VOTING } from '../support/histories.ts'

const plain = choosePalette(false)
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001B\[\d+m/g
const draw = (history: History, width: number): readonly string[] =>
  drawTimelineText(history, { width, palette: plain })
const rowOf = (lines: readonly string[], name: string): string => lines.find((line) => line.includes(`${name} `)) ?? ''

test('a pod, as it is drawn', (t) => {
  t.deepEqual(draw(VOTING, 80), [
    '  voting   0s     2s      4s      6s     8s',
    '* redis    ░░░░████████████████████████████████ ready 1.24 s',
    '* postgres ····░░░░░░░░░░░█████████████████████ ready 4.05 s, after redis/ready',
    '* worker   ···············░░░░░████████████████ ready 5.20 s, after postgres/re…',
    '* vote     ····················░░░░░░░░░███████ ready 7.70 s, after worker/ready',
    '* result   ·····························███████ ended 9.29 s, after vote/ready',
    '',
    '· waiting  ░ starting  █ running  * critical path',
    'critical path: redis -> postgres -> worker -> vote -> result, 9.3 s',
  ])
})

test('no line is wider than it may be, and each container has one', (t) => {
  for (const width of [20, 40, 59, 60, 100, 200]) {
    for (const history of [VOTING, TROUBLED, makeCrowd()]) {
      const lines = draw(history, width)
      for (const line of lines) t.true(line.length <= width, `${width}: ${line}`)
      t.is(lines.indexOf(''), history.containers.length + 1)
    }
  }
})

test('what goes wrong has signs of its own, and the legend tells of those that occur', (t) => {
  const lines = draw(TROUBLED, 110)
  const legend = lines.slice(lines.indexOf('')).join('\n')
  for (const words of ['× failed', '- skipped', '~ restarting', '? waiting or running'])
    t.true(legend.includes(words), words)
  t.false(draw(VOTING, 110).join('\n').includes('failed'))
})

test('where Kubernetes does not tell, it is said how to learn it', (t) => {
  const words = draw(TROUBLED, 110).join(' ')
  t.true(words.includes('--watch --show-managed-fields'))
  t.false(draw(VOTING, 110).join(' ').includes('kubectl'))
})

test('what is shorter than a column is seen all the same', (t) => {
  const one = (life: object): History => ({
    pod: 'p',
    startMs: START_MS,
    endMs: START_MS + 100_000,
    containers: [
      {
        container: 'quick',
        state: 'ended',
        lives: [{ startedMs: START_MS + 50_000, endedMs: START_MS + 50_000, ...life }],
        restarts: 0,
      },
      { container: 'long', state: 'ready', lives: [{ startedMs: START_MS }], restarts: 0 },
    ],
    links: [],
  })
  t.regex(rowOf(draw(one({ exitCode: 0 }), 40), 'quick'), /^\s*quick +█/)
  t.regex(rowOf(draw(one({ exitCode: 1 }), 40), 'quick'), /^\s*quick +×/)
})

test('nothing that a terminal would obey comes from a name', (t) => {
  fc.assert(
    fc.property(anyHistory, fc.integer({ min: 20, max: 120 }), (history, width) => {
      for (const line of draw(history, width)) {
        t.regex(line, /^[ -~·░█×…]*$/)
        t.true(line.length <= width)
      }
    }),
  )
})

test('colours change nothing but colours', (t) => {
  const coloured = drawTimelineText(TROUBLED, { width: 90, palette: choosePalette(true) })
  const bare = coloured.map((line) => line.replaceAll(COLOUR, ''))
  t.deepEqual(bare, draw(TROUBLED, 90))
  t.true(coloured.some((line) => line.includes('\u001B')))
})

const live = (history: History, columns: number, rows: number): readonly string[] =>
  drawLive(history, 12_000, { columns, rows }, plain)

test('on a terminal the bars take a third of it, and those that are not where they shall be come first', (t) => {
  const crowd = makeCrowd()
  const late = crowd.containers[150]
  const containers = crowd.containers.map((one): ContainerHistory =>
    one === late ? { ...one, state: 'waiting' } : one,
  )
  const lines = live({ ...crowd, containers }, 100, 30)
  t.is(lines.length, 10)
  t.true(lines.some((line) => line.startsWith(late?.container ?? 'none')))
  t.is(lines.at(-2), '… and 193 more')
  t.is(lines.at(-1), `crowd 12s · 1 waiting (${late?.container}) · 199 ready`)
})

test('a narrow or a low terminal has one line', (t) => {
  t.deepEqual(live(VOTING, 39, 50), ['voting 12s · 4 ready · 1 ended'])
  t.deepEqual(live(VOTING, 100, 9), ['voting 12s · 4 ready · 1 ended'])
})

test('no line of a live picture fills its row, so that none wraps', (t) => {
  fc.assert(
    fc.property(
      anyHistory,
      fc.integer({ min: 2, max: 150 }),
      fc.integer({ min: 1, max: 60 }),
      (history, columns, rows) => {
        const lines = live(history, columns, rows)
        for (const line of lines) t.true(line.length < columns)
        t.true(lines.length <= Math.max(1, rows / 3))
      },
    ),
  )
})

test('a kill is told with its time, whatever came of it', (t) => {
  const life = { sinceMs: START_MS, startedMs: START_MS, readyMs: START_MS, endedMs: START_MS + 9000 }
  const make = (container: string, more: object): ContainerHistory => ({
    ...{ container, state: 'ended', restarts: 0, lives: [{ ...life, exitCode: 137, ...more }] },
  })
  const lines = draw(
    {
      ...{ pod: 'p', startMs: START_MS, endMs: START_MS + 10_000 },
      containers: [
        make('db', { stopped: true, killedAfterMs: 8000 }),
        make('app', { reason: 'Error', killedAfterMs: 12_345 }),
        make('web', { stopped: true }),
      ],
      links: [],
    },
    80,
  )
  t.true(rowOf(lines, 'db').endsWith(' killed after 8.00 s'))
  t.true(rowOf(lines, 'app').endsWith(' killed after 12.3 s'))
  t.true(rowOf(lines, 'web').endsWith(' stopped 9.00 s'))
})
