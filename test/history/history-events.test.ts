/** Events of a run become a history, and the lines that they are written as become the same events again. */
import test from 'ava'
import * as fc from 'fast-check'
import { settle, WORK_DONE } from '../../src/entrypoint/outcome.ts'
import { type ContainerEvent, type RunEvent, writeRunEvent } from '../../src/history/run-event.ts'
import { createRecorder } from '../../src/history/history-events.ts'
import { isRunLine, readRunEvent } from '../../src/history/history-line.ts'
import { type ContainerHistory, type History, layOutSpans } from '../../src/history/history.ts'

const START = Date.UTC(2026, 0, 1)

function record(...events: readonly ContainerEvent[]): History {
  const recorder = createRecorder()
  for (const event of events) recorder.record(event)
  return recorder.history()
}

const find = ({ containers }: History, name: string): ContainerHistory | undefined =>
  containers.find(({ container }) => container === name)

const DB = [
  { event: 'started', atMs: START + 20, container: 'db', sinceMs: START + 10, pid: 7 },
  { event: 'ready', atMs: START + 1520, container: 'db', measured: true },
] as const
const APP = [
  { event: 'waiting', atMs: START + 5, container: 'app', waitingFor: ['db/ready', 'service/mail'] },
  { event: 'started', atMs: START + 1530, container: 'app', sinceMs: START + 12, waitedFor: 'db/ready' },
  { event: 'ready', atMs: START + 1531, container: 'app', measured: false },
] as const

test('a life goes from its waiting to its end', (t) => {
  const ended = {
    event: 'ended',
    atMs: START + 2000,
    container: 'app',
    exitCode: 3,
    reason: 'Error',
    message: 'exit code 3',
  } as const
  const history = record(...DB, ...APP, ended)
  t.deepEqual(find(history, 'app'), {
    container: 'app',
    state: 'ended',
    restarts: 0,
    lives: [
      {
        ...{ sinceMs: START + 12, startedMs: START + 1530, readyMs: START + 1530, endedMs: START + 2000 },
        ...{ waitedFor: 'db/ready', exitCode: 3, reason: 'Error', message: 'exit code 3' },
      },
    ],
  })
  t.is(history.startMs, START + 10)
})

test('who waits for whom is what the containers say; targets outside are no links', (t) => {
  t.deepEqual(record(...DB, ...APP).links, [{ container: 'app', target: 'db', condition: 'ready' }])
})

test('without the pod’s own order, containers come as they were started', (t) => {
  const { containers } = record(...APP, ...DB)
  t.deepEqual(
    containers.map(({ container }) => container),
    ['db', 'app'],
  )
})

test('a restart begins a new life, and is counted', (t) => {
  const again = [
    { event: 'ended', atMs: START + 2000, container: 'app', exitCode: 3, reason: 'Error' },
    { event: 'restarting', atMs: START + 2000, container: 'app', restarts: 1, afterMs: 10 },
    { event: 'waiting', atMs: START + 2100, container: 'app', waitingFor: ['db/ready'] },
    { event: 'started', atMs: START + 2110, container: 'app', sinceMs: START + 2105, waitedFor: 'db/ready' },
  ] as const
  const app = find(record(...DB, ...APP, ...again), 'app')
  t.is(app?.state, 'running')
  t.is(app?.restarts, 1)
  t.deepEqual(
    app?.lives.map(({ sinceMs }) => sinceMs),
    [START + 12, START + 2105],
  )
  t.deepEqual(app && layOutSpans(app, START + 2200).map(({ phase }) => phase), [
    'waiting',
    'running',
    'restarting',
    'waiting',
    'running',
  ])
})

test('a life that could not even begin is one all the same', (t) => {
  const failed = { event: 'ended', container: 'a', exitCode: 127, reason: 'StartError' } as const
  const history = record({ ...failed, atMs: START }, { ...failed, atMs: START + 5 })
  t.is(find(history, 'a')?.lives.length, 2)
})

test('readiness that is lost is not shown as ready', (t) => {
  t.is(find(record(...DB, { event: 'unready', atMs: START + 3000, container: 'db' }), 'db')?.state, 'running')
  const stopping = { event: 'stopping', atMs: START + 3000, container: 'db' } as const
  const history = record(...DB, stopping, { event: 'ready', atMs: START + 3001, container: 'db', measured: true })
  t.is(find(history, 'db')?.state, 'stopping')
})

test('the first event tells the pod’s name, and its containers in their order', (t) => {
  const recorder = createRecorder()
  recorder.record({ event: 'pod', atMs: START, phase: 'Pending', name: 'shop', containers: ['app', 'db'] })
  for (const event of DB) recorder.record(event)
  recorder.record({ event: 'pod', atMs: START + 9000, phase: 'Succeeded', exitCode: 0 })
  const { pod, containers } = recorder.history()
  t.is(pod, 'shop')
  t.deepEqual(
    containers.map(({ container, state }) => [container, state]),
    [
      ['app', 'pending'],
      ['db', 'ready'],
    ],
  )
})

test('what was told to stop with its pod is known to have been', (t) => {
  const { message = '' } = settle(
    { kind: 'stopped' },
    { restarts: { policy: 'Never', rules: [] }, continueOnError: false },
  )
  t.is(message, WORK_DONE)
  const ended = { event: 'ended', atMs: START + 3000, container: 'db', exitCode: 0, reason: 'Completed' } as const
  t.is(find(record(...DB, { ...ended, message }), 'db')?.lives[0]?.stopped, true)
  t.is(find(record(...DB, ended), 'db')?.lives[0]?.stopped, undefined)
  const told = { event: 'stopping', atMs: START + 2900, container: 'db' } as const
  t.is(find(record(...DB, told, ended), 'db')?.lives[0]?.stopped, true)
})

test('one whose gate opens while its pod stops was stopped with it', (t) => {
  const atMs = START + 3000
  const history = record(
    { event: 'waiting', atMs: START, container: 'app', waitingFor: ['db/ready'] },
    { event: 'stopping', atMs, container: 'app' },
    { event: 'started', atMs: atMs + 1, sinceMs: START, container: 'app' },
  )
  t.is(find(history, 'app')?.state, 'stopping')
  t.like(find(history, 'app')?.lives, { length: 1, 0: { startedMs: atMs + 1, stopped: true } })
})

test('what probes kill says so, and is not taken for stopped', (t) => {
  const killed = { event: 'stopping', atMs: START + 3000, container: 'db', cause: 'liveness', message: 'no' } as const
  const life = find(record(...DB, killed), 'db')?.lives[0]
  t.is(life?.killedBy, 'liveness')
  t.is(life?.stopped, undefined)
})

test('one that has ended and is held stays ended when its pod stops', (t) => {
  const ended = { event: 'ended', atMs: START + 2000, container: 'db', exitCode: 0, reason: 'Completed' } as const
  const told = { event: 'stopping', atMs: START + 2900, container: 'db' } as const
  const db = find(record(...DB, ended, told), 'db')
  t.is(db?.state, 'ended')
  t.is(db?.lives[0]?.stopped, undefined)
})

test('a record without its last phase breaks off; with it nothing is to be started again', (t) => {
  const recorder = createRecorder()
  const ended = { event: 'ended', atMs: START + 2000, container: 'db', exitCode: 1, reason: 'Error' } as const
  const again = { event: 'restarting', atMs: START + 2000, container: 'db', restarts: 1, afterMs: 10_000 } as const
  for (const event of [...DB, ended, again]) recorder.record(event)
  t.true(recorder.history().partial)
  t.is(recorder.history(START + 3000).partial, undefined)
  t.is(find(recorder.history(), 'db')?.state, 'restarting')
  recorder.record({ event: 'pod', atMs: START + 3000, phase: 'Failed', exitCode: 1 })
  t.is(recorder.history().partial, undefined)
  t.is(find(recorder.history(), 'db')?.state, 'ended')
})

test('a pod that has long been up is shown for a moment longer than it took', (t) => {
  const recorder = createRecorder(START)
  for (const event of DB) recorder.record(event)
  t.is(recorder.history(START + 3_600_000).endMs, START + 1520 + 1000)
  recorder.record({ event: 'waiting', atMs: START + 2000, container: 'late', waitingFor: ['db/completed'] })
  t.is(recorder.history(START + 3_600_000).endMs, START + 3_600_000)
})

const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'db'))
const atMs = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) })
const base = { atMs, container: name }
const text = fc.string()
const optional = { requiredKeys: [] }
const merge = <A, B>(required: fc.Arbitrary<A>, more: fc.Arbitrary<B>) =>
  fc.tuple(required, more).map(([a, b]) => ({ ...a, ...b }))
const cause = fc.constantFrom('startup' as const, 'liveness' as const, 'postStart' as const)
const end = {
  ...base,
  event: fc.constantFrom('ended' as const, 'skipped' as const),
  exitCode: fc.nat(255),
  reason: text,
}

const happening: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ ...base, event: fc.constant('waiting' as const), waitingFor: fc.array(text) }),
  merge(
    fc.record({ ...base, event: fc.constant('started' as const), sinceMs: atMs }),
    fc.record({ pid: fc.nat(), waitedFor: text }, optional),
  ),
  fc.record({ ...base, event: fc.constant('ready' as const), measured: fc.boolean() }),
  merge(fc.record({ ...base, event: fc.constant('unready' as const) }), fc.record({ message: text }, optional)),
  fc.record({
    ...base,
    event: fc.constant('unhealthy' as const),
    failures: fc.nat(),
    threshold: fc.nat(),
    message: text,
  }),
  merge(fc.record({ ...base, event: fc.constant('stopping' as const) }), fc.record({ cause, message: text }, optional)),
  fc.record({ ...base, event: fc.constant('hook-failed' as const), message: text }),
  merge(fc.record(end), fc.record({ message: text }, optional)),
  fc.record({ ...base, event: fc.constant('restarting' as const), restarts: fc.nat(), afterMs: fc.nat() }),
  fc.record({
    ...base,
    event: fc.constant('output' as const),
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    line: text,
  }),
  merge(
    fc.record({
      event: fc.constant('pod' as const),
      atMs,
      phase: fc.constantFrom('Pending' as const, 'Running' as const, 'Failed' as const),
    }),
    fc.record({ reason: text, message: text, exitCode: fc.nat(255), name: text, containers: fc.array(name) }, optional),
  ),
)

test('what is written of an event is read back as the same event', (t) => {
  fc.assert(
    fc.property(happening, (event) => {
      const line: unknown = JSON.parse(writeRunEvent(event))
      t.true(isRunLine(line))
      t.deepEqual(isRunLine(line) && readRunEvent(line), event)
    }),
  )
})

test('whatever happens in whatever sequence, spans follow each other within the picture', (t) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (events) => {
      const recorder = createRecorder()
      for (const event of events.toSorted((a, b) => a.atMs - b.atMs)) recorder.record(event)
      const history = recorder.history()
      t.true(history.endMs >= history.startMs)
      for (const container of history.containers) {
        for (const { fromMs, toMs } of layOutSpans(container, history.endMs)) t.true(toMs > fromMs)
      }
    }),
  )
})

test('a line that is none says what is wrong with it', (t) => {
  const read = (line: object) => readRunEvent({ at: '2026-01-01T00:00:00.000Z', ...line })
  t.deepEqual(read({ event: 'begun' }), { problem: 'no event is called "begun"' })
  t.deepEqual(read({ event: 'ended', container: 'a', exitCode: 'one', reason: '' }), {
    problem: 'ended has no right "exitCode"',
  })
  t.deepEqual(read({ event: 'constructor' }), { problem: 'no event is called "constructor"' })
  t.deepEqual(readRunEvent({ event: 'pod', at: 'noon', phase: 'Running' }), { problem: '"noon" is not a time' })
})
