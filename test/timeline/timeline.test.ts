import test from 'ava'
import * as fc from 'fast-check'
import type { ContainerEvent } from '../../src/history/run-event.ts'
import { beginContainer, recordEvent } from '../../src/history/history-events.ts'
import type { ContainerHistory } from '../../src/history/history.ts'
import { formatStatus, formatTable } from '../../src/timeline/timeline.ts'

const START = Date.UTC(2026, 0, 1)

function follow(container: string, ...events: readonly ContainerEvent[]): ContainerHistory {
  return events.reduce(recordEvent, beginContainer(container))
}

const db = follow(
  'db',
  { event: 'started', atMs: START + 20, container: 'db', sinceMs: START + 10, pid: 7 },
  { event: 'ready', atMs: START + 1520, container: 'db', measured: true },
)
const app = follow(
  'app',
  { event: 'waiting', atMs: START + 5, container: 'app', waitingFor: ['db/ready'] },
  { event: 'started', atMs: START + 1530, container: 'app', sinceMs: START + 10, waitedFor: 'db/ready' },
  { event: 'ready', atMs: START + 1530, container: 'app', measured: false },
  { event: 'ended', atMs: START + 2000, container: 'app', exitCode: 3, reason: 'Error' },
)
const cleanup = follow(
  'cleanup',
  { event: 'waiting', atMs: START + 10, container: 'cleanup', waitingFor: ['app/completed'] },
  { event: 'skipped', atMs: START + 2010, container: 'cleanup', exitCode: 1, reason: 'Skipped' },
)

test('the table says of each container when it did what, and what it waited for last', (t) => {
  t.is(
    formatTable([db, app, cleanup], START).join('\n'),
    [
      'container  waited  started  ready  ended  restarts  exit  reason   waited for last',
      'db          0.01s    0.02s  1.52s      -         0     -  -        -',
      'app         1.52s    1.53s  1.53s  2.00s         0     3  Error    db/ready',
      'cleanup     2.00s        -      -  2.01s         0     1  Skipped  -',
    ].join('\n'),
  )
})

test('the status line counts all and names those that are waited for', (t) => {
  t.is(formatStatus('shop', [db, app, cleanup], 12_900, 200), 'shop 12s · 1 ready · 1 ended · 1 skipped')
  const waiting = ['a', 'b', 'c', 'd'].map(waitingContainer)
  t.is(formatStatus('shop', [...waiting, db], 0, 200), 'shop 0s · 4 waiting (a, b, c, …) · 1 ready')
})

function waitingContainer(name: string): ContainerHistory {
  return { ...beginContainer(name), state: 'waiting' }
}

test('the status line is never wider than the terminal', (t) => {
  fc.assert(
    fc.property(fc.nat(120), fc.array(fc.string(), { maxLength: 20 }), (columns, names) => {
      t.true(formatStatus('pod', names.map(waitingContainer), 1000, columns).length <= Math.max(1, columns))
    }),
  )
})

test('the columns of the table stand below each other, however long the names are', (t) => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,63}$/), { minLength: 1, maxLength: 9 }), (names) => {
      const [heading = '', ...lines] = formatTable(names.map(beginContainer), START)
      const column = heading.indexOf('waited') + 'waited'.length
      for (const line of lines) t.is(line[column - 1], '-')
    }),
  )
})

test('what a probe has killed says so in a column of its own, also in its next life', (t) => {
  const killed = [
    { event: 'started', atMs: START + 1530, container: 'app', sinceMs: START + 10, waitedFor: 'db/ready' },
    { event: 'stopping', atMs: START + 2000, container: 'app', cause: 'liveness', message: 'connection refused' },
    { event: 'ended', atMs: START + 2010, container: 'app', exitCode: 143, reason: 'Error' },
    { event: 'restarting', atMs: START + 2010, container: 'app', restarts: 1, afterMs: 0 },
    { event: 'waiting', atMs: START + 2020, container: 'app', waitingFor: ['db/ready'] },
    { event: 'started', atMs: START + 3000, container: 'app', sinceMs: START + 2020, waitedFor: 'db/ready' },
  ] as const
  t.is(
    formatTable([db, follow('app', ...killed)], START).join('\n'),
    [
      'container  waited  started  ready  ended  restarts  killed by  exit  reason  waited for last',
      'db          0.01s    0.02s  1.52s      -         0  -             -  -       -',
      'app         0.98s    3.00s      -      -         1  liveness      -  -       db/ready',
    ].join('\n'),
  )
})

test('the table fits the terminal: columns of less worth go first, and the name and the reason last', (t) => {
  for (const [width, headings] of [
    [80, 'container  waited  started  ready  ended  restarts  exit  reason   waited for last'],
    [76, 'container  waited  started  ready  ended  exit  reason   waited for last'],
    [60, 'container  waited  started  ready  ended  exit  reason'],
    [40, 'container  ready  ended  exit  reason'],
    [20, 'container  reason'],
  ] as const) {
    const lines = formatTable([db, app, cleanup], START, { width })
    if (width < 80) t.is(lines[0], headings)
    for (const line of lines) t.true(line.length <= width, line)
  }
})

test('the status line says who holds up how many, and that one is not ready', (t) => {
  const [a, b, c] = ['a', 'b', 'c'].map(waitingContainer)
  const slow = follow('slow', { event: 'started', atMs: START, container: 'slow', sinceMs: START })
  const links = [
    { container: 'a', target: 'slow', condition: 'ready' },
    { container: 'b', target: 'a', condition: 'ready' },
    { container: 'c', target: 'db', condition: 'ready' },
    { container: 'c', target: 'b', condition: 'ready' },
  ] as const
  const all = [slow, db, a, b, c].filter((one) => one !== undefined)
  t.is(
    formatStatus('shop', all, 0, 200, links),
    'shop 0s · slow holds up 3 · 3 waiting (a, b, c) · 1 not ready (slow) · 1 ready',
  )
})
