import test from 'ava'
import * as fc from 'fast-check'
import type { KillCause, RestartPolicy } from '../../src/pod/pod.ts'
import { readRestarts } from '../../src/pod/restarts.ts'
import type { Event, Member, Rules, Step } from '../../src/run/pod-events.ts'
import { DEFAULT_PACE } from '../../src/run/crash-back-off.ts'
import { supervise } from '../../src/run/supervision.ts'

const RULES: Rules = {
  mainGiven: false,
  graceMs: 30_000,
  deadlineMs: undefined,
  timeScale: 1,
  backOff: DEFAULT_PACE,
}

/** Its own restartPolicy and rules, as its container says them; else those of its pod count. */
type Cast = Omit<Member, 'restarts'> & { readonly own?: object }

function app(name: string, main = true): Cast {
  return { name, role: 'app', main }
}

const cast = (members: readonly Cast[], podPolicy: RestartPolicy): readonly Member[] =>
  members.map(({ own, ...member }) => ({ ...member, restarts: readRestarts(own, podPolicy) }))

/** One line a step, so that a life reads as a story. */
function tell(step: Step): string {
  switch (step.kind) {
    case 'start':
      return `start ${step.container}`
    case 'back-off':
      return `${step.container} in ${step.afterMs}`
    case 'prepare':
      return `prepare ${step.container} within ${step.graceMs}`
    case 'terminate':
      return `terminate ${step.container} within ${step.graceMs}${step.cause === undefined ? '' : `: ${step.cause}`}`
    case 'kill':
      return `kill ${step.container}${step.hurried === true ? ' at once' : ''}`
    case 'renew':
      return 'renew'
    case 'later':
      return `${step.event.kind} after ${step.afterMs}`
    case 'phase':
      return step.phase
    case 'stopping':
      return `stopping: ${step.reason}`
    case 'finish':
      return `${step.verdict.phase} ${step.verdict.exitCode}${step.verdict.reason === undefined ? '' : ` ${step.verdict.reason}`}`
  }
}

/** Hands in events, each with its time in s. */
function live(
  members: readonly Cast[],
  { restartPolicy = 'Never', ...rules }: Partial<Rules> & { readonly restartPolicy?: RestartPolicy },
  events: readonly (readonly [number, Event])[],
) {
  const decide = supervise(cast(members, restartPolicy), { ...RULES, ...rules })
  return events.map(([at, event]) => decide(event, at * 1000).map(tell))
}

const begin: Event = { kind: 'begin' }
const end = (container: string, exitCode: number | undefined = 0): Event => ({ kind: 'ended', container, exitCode })
const due = (container: string): Event => ({ kind: 'due', container })
const interrupt: Event = { kind: 'stop', reason: 'Interrupted' }

test('all containers start at once, in the order of the spec; the pod succeeds when all have', (t) => {
  t.deepEqual(
    live([app('a'), app('b')], {}, [
      [0, begin],
      [1, end('b')],
      [2, end('a')],
    ]),
    [['Pending', 'Running', 'start a', 'start b'], [], ['Succeeded 0']],
  )
})

test('init containers run one after another; a native sidecar only has to be started', (t) => {
  const members: Cast[] = [
    { name: 'one', role: 'init', main: false },
    { name: 'side', role: 'sidecar', main: false },
    { name: 'two', role: 'init', main: false },
    app('a'),
  ]
  t.deepEqual(
    live(members, {}, [
      [0, begin],
      [1, end('one')],
      [1, { kind: 'started', container: 'side' }],
      [2, end('two')],
      [3, end('a')],
      [4, end('side', 143)],
    ]),
    [
      ['Pending', 'start one'],
      ['start side'],
      ['start two'],
      ['Running', 'start a'],
      ['prepare side within 30000', 'expire after 30000', 'terminate side within 30000'],
      ['Succeeded 0'],
    ],
  )
})

test('a failing init container ends the pod under Never, and is tried again otherwise', (t) => {
  const members: Cast[] = [{ name: 'one', role: 'init', main: false }, app('a')]
  t.deepEqual(
    live(members, {}, [
      [0, begin],
      [1, end('one', 3)],
    ]).at(-1),
    ['Failed 1'],
  )
  t.deepEqual(
    live(members, { restartPolicy: 'Always' }, [
      [0, begin],
      [1, end('one', 3)],
      [1, due('one')],
    ]).slice(1),
    [['one in 0', 'due after 0'], ['start one']],
  )
})

test('a crash loop backs off as the kubelet does, scaled', (t) => {
  const events: (readonly [number, Event])[] = [[0, begin]]
  for (let restart = 0; restart < 8; restart++) events.push([0, end('a', 1)], [0, due('a')])
  const waits = (timeScale: number) =>
    live([app('a')], { restartPolicy: 'OnFailure', timeScale, backOff: { ...DEFAULT_PACE, scale: timeScale } }, events)
      .flat()
      .filter((line) => line.startsWith('a in'))
  t.deepEqual(
    waits(1),
    [0, 10, 20, 40, 80, 160, 300, 300].map((s) => `a in ${s * 1000}`),
  )
  t.deepEqual(
    waits(0.1),
    [0, 1, 2, 4, 8, 16, 30, 30].map((s) => `a in ${s * 1000}`),
  )
})

test('the exit code is that of the main container that failed first', (t) => {
  const members = [app('a'), app('b'), app('c')]
  const events = [
    [0, begin],
    [1, end('c', 7)],
    [2, end('a', 5)],
    [3, end('b')],
  ] as const
  t.deepEqual(live(members, {}, events).at(-1), ['Failed 7'])
})

test('a skipped container that is gone before the one it was skipped for does not decide the exit code', (t) => {
  const [, , last] = live([app('build'), app('test')], {}, [
    [0, begin],
    [1, { kind: 'ended', container: 'test', exitCode: 1, skipped: true }],
    [2, end('build', 7)],
  ])
  t.is(last?.at(-1), 'Failed 7')
})

test('a wrapper that is gone after the one that its end let go was the first all the same', (t) => {
  const [, , last] = live([app('build'), app('diagnosis')], {}, [
    [0, begin],
    [5, { kind: 'ended', container: 'diagnosis', exitCode: 8, commandAtMs: 4 }],
    [6, { kind: 'ended', container: 'build', exitCode: 7, commandAtMs: 2 }],
  ])
  t.is(last?.at(-1), 'Failed 7')
})

test('with main given, others may fail, and nothing is started again once it has ended', (t) => {
  const members = [app('server', false), app('job')]
  const rules = { restartPolicy: 'OnFailure', mainGiven: true } as const
  t.deepEqual(
    live(members, rules, [
      [0, begin],
      [1, end('server', 1)],
      [1, end('job')],
    ]),
    [['Pending', 'Running', 'start server', 'start job'], ['server in 0', 'due after 0'], ['Failed 0']],
  )
})

test('with main given, a main container that has succeeded is not restarted under Always', (t) => {
  const members = [app('server', false), app('job')]
  const rules = { restartPolicy: 'Always', mainGiven: true } as const
  t.deepEqual(
    live(members, rules, [
      [0, begin],
      [1, end('job')],
      [2, end('server')],
    ]).slice(1),
    [[], ['Succeeded 0']],
  )
})

test('a stop tells all at once, and native sidecars after the others, last to first', (t) => {
  const members: Cast[] = [
    { name: 'first', role: 'sidecar', main: false },
    { name: 'second', role: 'sidecar', main: false },
    app('a'),
    app('b'),
  ]
  t.deepEqual(
    live(members, {}, [
      [0, begin],
      [0, { kind: 'started', container: 'first' }],
      [0, { kind: 'started', container: 'second' }],
      [1, interrupt],
      [2, end('b', 143)],
      [3, end('a', 143)],
      [4, end('second', 143)],
      [5, end('first', 143)],
    ]).slice(3),
    [
      [
        ...['stopping: Interrupted', 'prepare first within 30000', 'prepare second within 30000'],
        ...['terminate a within 30000', 'terminate b within 30000', 'expire after 30000'],
      ],
      [],
      ['terminate second within 28000'],
      ['terminate first within 27000'],
      ['Failed 143 Interrupted'],
    ],
  )
})

test('the deadline stops the pod, which has failed then even if all end well', (t) => {
  t.deepEqual(
    live([app('a')], { deadlineMs: 60_000, timeScale: 0.5 }, [
      [0, begin],
      [30, { kind: 'stop', reason: 'DeadlineExceeded' }],
      [31, end('a')],
    ]),
    [
      ['stop after 30000', 'Pending', 'Running', 'start a'],
      ['stopping: DeadlineExceeded', 'terminate a within 30000'],
      ['Failed 1 DeadlineExceeded'],
    ],
  )
})

const told = (container: string): Event => ({ kind: 'told', container })
const killOne = (container: string, restarts = 0): Event => ({ kind: 'kill-one', container, restarts })
const killReason = (container: string, cause: KillCause, graceMs?: number): Event => {
  return { kind: 'failed', container, cause, graceMs }
}

test('what holds out to the end of the grace period is killed, and a second signal does not wait for that', (t) => {
  const events = [
    [0, begin],
    [1, interrupt],
    [1, told('a')],
    [1, told('b')],
    [2, end('b', 143)],
    [31, killOne('b')],
    [31, killOne('a')],
    [31, { kind: 'kill' }],
  ] as const
  t.deepEqual(live([app('a'), app('b')], {}, events).slice(2), [
    ['kill-one after 30000'],
    ['kill-one after 30000'],
    [],
    [],
    ['kill a'],
    ['kill a at once'],
  ])
})

test('a preStop hook that takes its time leaves two seconds after SIGTERM', (t) => {
  const [, , after28, after30] = live([app('a'), app('b')], {}, [
    [0, begin],
    [1, interrupt],
    [29, told('a')],
    [31, told('b')],
  ])
  t.deepEqual([after28, after30], [['kill-one after 2000'], ['kill-one after 2000']])
})

test('when the grace period is over, native sidecars do not wait for their turn any more', (t) => {
  const members: Cast[] = [
    { name: 'first', role: 'sidecar', main: false },
    { name: 'second', role: 'sidecar', main: false },
    app('a'),
  ]
  const lines = live(members, { graceMs: 5000 }, [
    [0, begin],
    [0, { kind: 'started', container: 'first' }],
    [0, { kind: 'started', container: 'second' }],
    [1, interrupt],
    [6, { kind: 'expire' }],
    [6, told('second')],
  ])
  t.deepEqual(lines.slice(4), [['terminate second within 0', 'terminate first within 0'], ['kill-one after 2000']])
})

for (const [restartPolicy, restarts] of [
  ['Always', true],
  ['OnFailure', true],
  ['Never', false],
] as const) {
  test(`a failed liveness probe kills within its own grace period; restartPolicy ${restartPolicy}`, (t) => {
    const [, killed, , over] = live([app('a'), app('b')], { restartPolicy }, [
      [0, begin],
      [9, killReason('a', 'liveness', 5000)],
      [9, told('a')],
      // Even with success, as a well-behaved server ends.
      [10, end('a', 0)],
    ])
    t.deepEqual(killed, ['terminate a within 5000: liveness'])
    t.deepEqual(over, restarts ? ['a in 0', 'due after 0'] : [])
  })
}

test('what a failed postStart hook has killed is restarted by its exit code', (t) => {
  for (const [exitCode, expected] of [
    [0, []],
    [137, ['a in 0', 'due after 0']],
  ] as const) {
    const lines = live([app('a'), app('b')], { restartPolicy: 'OnFailure' }, [
      [0, begin],
      [1, killReason('a', 'postStart')],
      [2, end('a', exitCode)],
    ])
    t.deepEqual(lines.slice(1), [['terminate a within 30000: postStart'], expected])
  }
})

test('the kill that was meant for one life does not reach the next', (t) => {
  const lines = live([app('a')], { restartPolicy: 'Always' }, [
    [0, begin],
    [1, killReason('a', 'liveness')],
    [1, told('a')],
    [2, end('a', 137)],
    [2, due('a')],
    [3, killReason('a', 'liveness')],
    [31, killOne('a', 0)],
    [33, killOne('a', 1)],
  ])
  t.deepEqual(lines.slice(-2), [[], ['kill a']])
})

test('a pod that is stopped kills what was being killed for a probe by its own grace period', (t) => {
  const lines = live([app('a'), app('b')], { restartPolicy: 'Always', graceMs: 3000 }, [
    [0, begin],
    [1, killReason('a', 'liveness', 3_600_000)],
    [2, interrupt],
    [2, end('b', 143)],
    [5, killOne('a')],
    [5, end('a', 137)],
  ])
  t.deepEqual(lines.slice(2), [
    ['stopping: Interrupted', 'kill-one after 3000', 'terminate b within 3000'],
    [],
    ['kill a'],
    ['Failed 143 Interrupted'],
  ])
})

test('a probe that fails while the pod is stopped changes nothing', (t) => {
  const events = [
    [0, begin],
    [1, interrupt],
    [1, killReason('a', 'liveness')],
    [2, end('a', 143)],
    [3, killReason('a', 'liveness')],
  ] as const
  t.deepEqual(live([app('a')], { restartPolicy: 'Always' }, events).slice(2), [[], ['Failed 143 Interrupted'], []])
})

const policy = fc.constantFrom('Always' as const, 'OnFailure' as const, 'Never' as const)
const pod = fc.record({
  sidecars: fc.nat({ max: 2 }),
  inits: fc.nat({ max: 2 }),
  apps: fc.integer({ min: 1, max: 5 }),
  mains: fc.nat({ max: 2 }),
  policy,
  ends: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 2 })), { maxLength: 60 }),
  /** One app has a policy and rules of its own. */
  own: fc.record({
    restartPolicy: policy,
    restartPolicyRules: fc.array(
      fc.record({
        action: fc.constantFrom('Restart', 'RestartAllContainers'),
        exitCodes: fc.record({ operator: fc.constantFrom('In', 'NotIn'), values: fc.subarray([0, 1, 2]) }),
      }),
      { maxLength: 2 },
    ),
  }),
})

test('whatever ends in whatever order, a stop then ends the pod: nothing runs twice, nothing runs on', (t) => {
  fc.assert(
    fc.property(pod, ({ sidecars, inits, apps, mains, policy, ends, own }) => {
      const members: Cast[] = [
        ...Array.from({ length: sidecars }, (_, n): Cast => ({ name: `side${n}`, role: 'sidecar', main: false })),
        ...Array.from({ length: inits }, (_, n): Cast => ({ name: `init${n}`, role: 'init', main: false })),
        ...Array.from({ length: apps }, (_, n) => ({
          ...app(`app${n}`, mains === 0 || n < mains),
          ...(n === 0 ? { own } : {}),
        })),
      ]
      const decide = supervise(cast(members, policy), { ...RULES, mainGiven: mains > 0 })
      const running = new Set<string>()
      const waiting: string[] = []
      let finished = 0
      const hand = (event: Event): void => {
        for (const step of decide(event, 0)) {
          if (step.kind === 'start') {
            t.false(running.has(step.container), `${step.container} is started while it runs`)
            running.add(step.container)
            hand({ kind: 'started', container: step.container })
          }
          if (step.kind === 'back-off') waiting.push(step.container)
          if (step.kind === 'later' && step.event.kind === 'anew') hand(step.event)
          if (step.kind === 'renew') t.is(running.size, 0, 'all start anew while something runs')
          if (step.kind === 'finish') {
            finished++
            t.is(running.size, 0, 'it is said to have finished while something runs')
          }
        }
      }
      const endOne = (index: number, exitCode: number): void => {
        const container = [...running][index % running.size]
        if (container === undefined) return
        if (index % 3 === 0) hand(killReason(container, index % 2 === 0 ? 'liveness' : 'postStart'))
        running.delete(container)
        hand({ kind: 'ended', container, exitCode })
      }
      hand(begin)
      for (const [index, exitCode] of ends) {
        endOne(index, exitCode)
        const again = waiting.shift()
        if (again !== undefined) hand(due(again))
      }
      hand(interrupt)
      while (running.size > 0) endOne(0, 143)
      for (const container of waiting) hand(due(container))
      t.is(finished, 1)
      t.is(running.size, 0)
    }),
  )
})

const rule = (action: string, ...values: readonly number[]) => ({
  restartPolicy: 'Never',
  restartPolicyRules: [{ action, exitCodes: { operator: 'In', values } }],
})

test('a container’s own restartPolicy and rules come before the pod’s', (t) => {
  const members = [
    { ...app('retried'), own: { restartPolicy: 'OnFailure' } },
    { ...app('ruled'), own: rule('Restart', 42) },
    app('plain'),
  ]
  t.deepEqual(
    live(members, { restartPolicy: 'Never' }, [
      [0, begin],
      [1, end('retried', 1)],
      [1, end('ruled', 42)],
      [1, end('plain', 1)],
      [1, due('retried')],
      [1, due('ruled')],
      [2, end('retried')],
      [2, end('ruled', 41)],
    ]).slice(1),
    [
      ['retried in 0', 'due after 0'],
      ['ruled in 0', 'due after 0'],
      [],
      ['start retried'],
      ['start ruled'],
      [],
      ['Failed 1'],
    ],
  )
})

test('RestartAllContainers stops the others without a hook, within 2 s, and all begin anew, init containers too', (t) => {
  const members: Cast[] = [
    { name: 'init', role: 'init', main: false },
    { ...app('worker'), own: rule('RestartAllContainers', 42) },
    app('done'),
    app('long'),
  ]
  t.deepEqual(
    live(members, {}, [
      [0, begin],
      [1, end('init')],
      [2, end('done')],
      [3, end('worker', 42)],
      [3, told('long')],
      [4, end('long', 143)],
      [4, { kind: 'anew' }],
      [5, end('init')],
      [6, end('worker')],
    ]).slice(3),
    [
      ['terminate long within 0'],
      ['kill-one after 2000'],
      ['init in 0', 'worker in 0', 'done in 0', 'long in 0', 'anew after 0'],
      ['renew', 'Pending', 'start init'],
      ['Running', 'start worker', 'start done', 'start long'],
      [],
    ],
  )
})

test('RestartAllContainers backs off as restarts of one container do, and a stop meanwhile ends the pod', (t) => {
  const members = [{ ...app('worker'), own: rule('RestartAllContainers', 42) }]
  const lines = live(members, {}, [
    [0, begin],
    [1, end('worker', 42)],
    [1, { kind: 'anew' }],
    [2, end('worker', 42)],
    [3, interrupt],
    [12, { kind: 'anew' }],
  ])
  t.deepEqual(lines.slice(3), [
    ['worker in 10000', 'anew after 10000'],
    ['stopping: Interrupted', 'Failed 42 Interrupted'],
    [],
  ])
})
