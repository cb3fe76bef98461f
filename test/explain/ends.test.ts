/** What is told of containers that have ended: who failed, who was skipped because of it, who gave up. */
import test from 'ava'
import { crashing, ended, explainParts, running, say } from '../support/explained.ts'

const up = running(600)

const STEPS = { annotations: { steps: 'clone, build, test, push' }, spec: { restartPolicy: 'Never' } }

test('of steps that failed the first is the cause, and the others were skipped because of it', (t) => {
  const explanation = explainParts({
    ...STEPS,
    status: { phase: 'Failed' },
    containers: {
      clone: [{}, ended(0, 500, 60)],
      build: [{}, ended(3, 400, 160, { message: 'undefined symbol main' })],
      test: [{}, ended(1, 400, 160)],
      push: [{}, ended(1, 400, 160)],
    },
  })
  t.is(explanation.state, 'has failed: build did, 2 containers because of it')
  t.deepEqual(say(explanation), [
    'cause build: ended with exit code 3 after 2m40s: undefined symbol main',
    'consequence test: was skipped: it waits for build to complete (it failed with exit code 3)',
    'consequence push: was skipped: it waits for test to complete (it was skipped); it begins with build',
    'fine clone: has completed',
  ])
})

test('a step that goes on is no trouble, and those behind it say how long they will wait', (t) => {
  const containers = { clone: [{}, ended(0, 500)], build: [{}, up], test: [{}, up], push: [{}, up] } as const
  t.deepEqual(say(explainParts({ ...STEPS, containers })), [
    'awaited build: runs for 10m',
    'consequence test: waits for build to complete (it is running); it gives up in 50m',
    'consequence push: waits for test to complete (it waits itself); it begins with build; it gives up in 50m',
    'fine clone: has completed',
  ])
  const long = explainParts({ ...STEPS, annotations: { ...STEPS.annotations, 'wait-timeout': '5m' }, containers })
  t.regex(say(long)[1] ?? '', /; it was to give up 5m ago, so this is an old status$/)
})

test('who gave up is the cause where nothing was wrong with what it waited for', (t) => {
  const explanation = explainParts({
    ...STEPS,
    containers: {
      clone: [{}, running(3700)],
      build: [{}, ended(124, 100, 3600)],
      test: [{}, ended(1, 100, 3600)],
      push: [{}, ended(1, 100, 3600)],
    },
  })
  t.deepEqual(say(explanation).slice(0, 3), [
    'cause build: gave up waiting, exit code 124: it waits for clone to complete (it is running)',
    'awaited clone: runs for 1h2m',
    'consequence test: was skipped: it waits for build to complete (it gave up waiting); it begins with clone',
  ])
  t.deepEqual(explanation.containers[0]?.next, [
    'give it more time: podorder.io/wait-timeout, or timeout behind the condition',
    'kubectl logs x -n shop -c build',
  ])
})

test('an end before the predecessor failed is its own; one after it is a skip as it seems', (t) => {
  const probe = { readinessProbe: { tcpSocket: { port: 80 } } }
  const tell = (secondsAgo: number) =>
    say(
      explainParts({
        annotations: { 'depends-on': 'app: db' },
        spec: { restartPolicy: 'Never' },
        containers: { db: [probe, ended(2, 100, 400)], app: [{}, ended(1, secondsAgo)] },
      }),
    )
  t.deepEqual(tell(200), [
    'cause app: ended with exit code 1 after 10s',
    'cause db: ended with exit code 2 after 6m40s',
  ])
  t.deepEqual(tell(100), [
    'cause db: ended with exit code 2 after 6m40s',
    'consequence app: ended with exit code 1, skipped as it seems: it waits for db to be ready (it failed with exit code 2)',
  ])
})

test('who began to wait while its predecessor ran has found it ready, where no probe decides; who came later may not', (t) => {
  const tell = (spec: object, secondsAgo: number, lasted: number) =>
    say(
      explainParts({
        annotations: { 'depends-on': 'app: {db: ready}' },
        spec: { restartPolicy: 'Never' },
        containers: { db: [spec, ended(2, 100, 10)], app: [{}, ended(1, secondsAgo, lasted)] },
      }),
    ).at(-1)
  const itself = (lasted: number) => `cause app: ended with exit code 1 after ${lasted}s`
  const skipped =
    'consequence app: ended with exit code 1, skipped as it seems: it waits for db to be ready (it failed with exit code 2)'
  t.is(tell({}, 100, 10), itself(10))
  t.is(tell({}, 98, 5), itself(5))
  t.is(tell({}, 98, 2), skipped)
  t.is(tell({}, 90, 1), skipped)
  t.is(tell({}, 60, 30), itself(30))
  const hook = { lifecycle: { postStart: { exec: { command: ['true'] } } } }
  const probe = { readinessProbe: { tcpSocket: { port: 80 } } }
  for (const spec of [hook, probe]) {
    t.is(tell(spec, 100, 10), skipped)
    t.is(tell(spec, 50, 55), itself(55))
  }
})

test('codes of the wrapper’s own are told as such, those of a command that is not wrapped are not', (t) => {
  const tell = (exitCode: number) =>
    say(
      explainParts({
        ...STEPS,
        annotations: { steps: 'a, b' },
        containers: { a: [{}, ended(exitCode, 5)], b: [{}, ended(1, 5)], c: [{}, ended(exitCode, 5)] },
      }),
    )
  t.like(tell(127), {
    0: 'cause a: ended with exit code 127 (the code of podorder or a shell for a command that was not found) after 10s',
    1: 'cause c: ended with exit code 127 after 10s',
  })
  t.regex(tell(126)[0] ?? '', /for a command that cannot be executed/)
  t.regex(tell(125)[0] ?? '', /for a failure of its own/)
  t.is(tell(143)[0], 'cause a: was killed by SIGTERM after 10s (exit code 143)')
})

test('a wrapper that the runtime could not start has said nothing, so the others wait on', (t) => {
  const start = {
    reason: 'StartError',
    message: 'exec: "/podorder/bin/entrypoint": no such file',
    startedAt: '1970-01-01T00:00:00Z',
  }
  t.deepEqual(
    say(
      explainParts({
        ...STEPS,
        annotations: { steps: 'a, b' },
        containers: { a: [{}, ended(128, 5, 0, start)], b: [{}, up] },
      }),
    ),
    [
      'cause a: could not be started (StartError): exec: "/podorder/bin/entrypoint": no such file',
      'consequence b: waits for a to complete (it failed with StartError, exit code 128); it gives up in 50m',
    ],
  )
})

test('once main has ended, what is ordered is being stopped, and what is not keeps the pod from ending', (t) => {
  const explanation = explainParts({
    annotations: { 'depends-on': 'work: {db: ready}', main: 'work' },
    containers: {
      db: [{ readinessProbe: { tcpSocket: { port: 80 } } }, running(600, { ready: false })],
      work: [{}, ended(0, 60)],
      proxy: [{}, up],
    },
  })
  t.deepEqual(say(explanation), [
    'cause proxy: still runs although main (work) has ended, and keeps the pod from ending: podorder stops only containers of the order',
    'awaited db: is being stopped because main (work) has ended',
    'fine work: has completed',
  ])
})

test('who has not stopped long after main ended, though all grace is over, is the cause', (t) => {
  const tell = (secondsAgo: number) =>
    explainParts({
      annotations: { 'depends-on': 'work: {tun: ready}', main: 'work' },
      containers: { tun: [{}, up], work: [{}, ended(0, secondsAgo)] },
    })
  t.is(say(tell(80))[0], 'awaited tun: is being stopped because main (work) has ended')
  const explanation = tell(597)
  t.is(explanation.state, 'is running: 1 container in trouble, 1 fine')
  t.is(
    say(explanation)[0],
    'cause tun: runs, as far as its node has told: main (work) has ended, and it was to be stopped 9m27s ago',
  )
  t.deepEqual(explanation.containers[0]?.next, [
    'kubectl get node node',
    'kubectl logs x -n shop -c tun',
    'kubectl describe pod x -n shop',
  ])
})

test('a container that keeps giving up is a consequence of what it waits for', (t) => {
  const explanation = explainParts({
    annotations: { 'depends-on': 'app: {db: completed}', 'wait-timeout': '1s' },
    containers: { db: [{}, crashing(2, 9)], app: [{}, crashing(124, 4)] },
  })
  t.is(
    say(explanation)[1],
    'consequence app: gave up waiting, exit code 124: it waits for db to complete (it keeps failing, 9 restarts)',
  )
})
