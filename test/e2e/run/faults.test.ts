/** What goes wrong in a running pod, at each phase: the order is kept, the others hear of it, and nothing hangs. */
import test from 'ava'
import * as fc from 'fast-check'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { eventually } from '../../support/eventually.ts'
import { openPlace, type Place, readLines, type RunLine, type Running, writePod } from '../../support/podorder.ts'
import { findProcessesIn, readStat } from '../../support/proc.ts'

const DEAF = 'trap "" TERM; touch up; while :; do sleep 0.05; done'
/** Says in a file which life it is, and its own and its wrapper's numbers. */
const BEGIN = (name: string): string => `echo x >> ${name}.lives; echo "$$$$ $PPID" > ${name}.pids`
const UNTIL = (file: string): string => `until [ -e ${file} ]; do sleep 0.05; done`
const sh = (script: string) => ({ command: ['sh', '-c', script] })

function tell(lines: readonly RunLine[], ...events: readonly string[]): readonly string[] {
  return lines.filter(({ event }) => events.includes(event)).map(({ container, event }) => `${container} ${event}`)
}

/** Until it has been told so often. */
function told(run: Running, what: string, times = 1): Promise<unknown> {
  const [, event = ''] = what.split(' ')
  return eventually(`${what}, ${times} times`, () => {
    return tell(run.lines(), event).filter((happened) => happened === what).length >= times
  })
}

function start(place: Place): Running {
  return place.start(['run', '--json', '--time-scale', '0.001', 'pod.yaml'])
}

function livesOf(place: Place, name: string): number {
  return place.has(`${name}.lives`) ? place.read(`${name}.lives`).trim().split('\n').length : 0
}

type Victim = 'wrapper' | 'command'

/** What waits has no command that could tell a number: a wrapper is found by its arguments. */
async function findVictim(place: Place, name: string, victim: Victim): Promise<number> {
  return eventually(`the ${victim} of ${name}`, () => {
    if (victim === 'command') return place.has(`${name}.pids`) && Number(place.read(`${name}.pids`).split(' ')[0])
    return findProcessesIn(place.dir).find((pid) => {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return argv.includes(`${place.temporary}/`) && new RegExp(` --name[= ]${name} `).test(argv)
    })
  })
}

interface Kill {
  readonly phase: string
  readonly victim: Victim
  readonly of: 'a' | 'b'
  /** What the follower waits for. */
  readonly condition: string
  readonly a: Readonly<Record<string, unknown>>
  /** Told when the moment has come. */
  readonly when: string
  readonly never: { readonly code: number; readonly ends: readonly string[] }
}

const ENDED = ['a ended', 'b skipped']
/** Goes on until it is let go; a second life has nothing to wait for. */
const RUNS = sh(`${BEGIN('a')}; [ "$(wc -l < a.lives)" -gt 1 ] || ${UNTIL('go')}`)
/** Comes up when it is let go, or in its second life, and stays until it is not needed any more. */
const COMES_UP = {
  ...sh(`${BEGIN('a')}; ${UNTIL('b.lives')}`),
  startupProbe: { exec: { command: ['sh', '-c', '[ "$(wc -l < a.lives)" -gt 1 ] || [ -e go ]'] } },
}

const KILLS: readonly Kill[] = [
  {
    ...{ phase: 'waiting', victim: 'wrapper', of: 'b', condition: 'completed', a: RUNS, when: 'a started' },
    never: { code: 137, ends: ['b ended', 'a ended'] },
  },
  ...(['wrapper', 'command'] as const).flatMap((victim): readonly Kill[] => [
    {
      ...{ phase: 'starting', victim, of: 'a', condition: 'ready', a: COMES_UP, when: 'a started' },
      never: { code: 137, ends: ENDED },
    },
    {
      ...{ phase: 'running', victim, of: 'a', condition: 'completed', a: RUNS, when: 'a ready' },
      never: { code: 137, ends: ENDED },
    },
  ]),
]

for (const { phase, victim, of, condition, a, when, never } of KILLS) {
  for (const restartPolicy of ['Never', 'OnFailure'] as const) {
    test(`SIGKILL of the ${victim} of ${of} while it is ${phase}, restartPolicy ${restartPolicy}`, async (t) => {
      const place = openPlace(t)
      const annotations = { 'depends-on': `b: {a: ${condition}}` }
      place.write('pod.yaml', writePod({ annotations, spec: { restartPolicy }, containers: { a, b: BEGIN('b') } }))
      const run = start(place)
      await told(run, when)
      process.kill(await findVictim(place, of, victim), 'SIGKILL')
      await told(run, `${of} ${restartPolicy === 'Never' ? 'ended' : 'restarting'}`)
      place.write('go', '')
      const { code, stdout } = await run.end
      const lines = readLines(stdout)
      if (restartPolicy === 'Never') {
        t.is(code, never.code, stdout)
        t.deepEqual(tell(lines, 'ended', 'skipped'), never.ends)
      } else {
        t.is(code, 0, stdout)
        t.deepEqual([livesOf(place, 'a'), livesOf(place, 'b')], [of === 'a' ? 2 : 1, 1])
        t.is(tell(lines, 'ended').filter((what) => what === 'b ended').length, of === 'b' ? 2 : 1)
      }
      await place.assertClean()
    })
  }
}

for (const victim of ['wrapper', 'command'] as const) {
  test(`SIGKILL of the ${victim} while the pod is stopped ends it there and then`, async (t) => {
    const place = openPlace(t)
    place.write(
      'pod.yaml',
      writePod({
        annotations: { steps: 'a, b' },
        spec: { terminationGracePeriodSeconds: 3600 },
        containers: { a: `${BEGIN('a')}; ${DEAF}`, b: 'touch b' },
      }),
    )
    const run = start(place)
    await eventually('it is up', () => place.has('up'))
    run.signal('SIGINT')
    await told(run, 'a stopping')
    process.kill(await findVictim(place, 'a', victim), 'SIGKILL')
    t.is((await run.end).code, 130)
    await place.assertClean()
  })
}

test('SIGKILL of a wrapper that holds: it comes back, and its follower is left alone', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'b: {a: completed}', main: 'b' },
      spec: { restartPolicy: 'Always' },
      containers: { a: BEGIN('a'), b: `${BEGIN('b')}; ${UNTIL('go')}` },
    }),
  )
  const run = start(place)
  await told(run, 'b started')
  process.kill(await findVictim(place, 'a', 'wrapper'), 'SIGKILL')
  await told(run, 'a restarting')
  place.write('go', '')
  t.is((await run.end).code, 0)
  t.is(livesOf(place, 'b'), 1)
  await place.assertClean()
})

test('a predecessor that flaps: who runs is left alone, who waits still waits', async (t) => {
  const place = openPlace(t)
  const timing = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 60 }
  const readinessProbe = { exec: { command: ['test', '-e', 'open'] }, ...timing }
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'b: {a: ready}\nc: {a: ready, b: completed}', main: 'c' },
      containers: {
        a: { ...sh('trap "exit 0" TERM; while :; do sleep 0.05; done'), readinessProbe },
        b: `${BEGIN('b')}; ${UNTIL('go')}`,
        c: 'true',
      },
    }),
  )
  const run = start(place)
  place.write('open', '')
  await told(run, 'b started')
  rmSync(place.path('open'))
  await told(run, 'a unready')
  place.write('go', '')
  await told(run, 'b ended')
  place.write('open', '')
  const { code, stdout } = await run.end
  t.is(code, 0, stdout)
  const lines = readLines(stdout).filter(
    ({ container, event }) => container === 'a' || event === 'started' || event === 'ended',
  )
  t.deepEqual(tell(lines, 'started', 'ready', 'unready', 'ended').slice(0, -2), [
    ...['a started', 'a ready', 'b started', 'a unready', 'b ended', 'a ready', 'c started'],
  ])
})

test('what is restarted while its predecessor is down waits for it again', async (t) => {
  const place = openPlace(t)
  const up = '[ "$(wc -l < a.lives)" = 1 ] || [ -e again ]'
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'b: {a: ready}', main: 'b' },
      spec: { restartPolicy: 'OnFailure' },
      containers: {
        a: {
          ...sh(
            `${BEGIN('a')}; trap "exit 0" TERM; until [ "$(wc -l < a.lives)" = 1 ] && [ -e crash ]; do sleep 0.05; done; exit 1`,
          ),
          startupProbe: { exec: { command: ['sh', '-c', up] }, failureThreshold: 100 },
        },
        b: `${BEGIN('b')}; [ "$(wc -l < b.lives)" = 2 ] || ${UNTIL('never')}`,
      },
    }),
  )
  const run = start(place)
  await told(run, 'b started')
  place.write('crash', '')
  await told(run, 'a started', 2)
  t.is(livesOf(place, 'b'), 1)
  process.kill(await findVictim(place, 'b', 'command'), 'SIGKILL')
  await told(run, 'b waiting', 2)
  place.write('again', '')
  const { code, stdout } = await run.end
  t.is(code, 0, stdout)
  const story = tell(readLines(stdout), 'started', 'ready').filter((what) => what !== 'b ready')
  t.deepEqual(story, ['a started', 'a ready', 'b started', 'a started', 'a ready', 'b started'])
})

for (const [whose, name] of [
  ['the predecessor', 'a'],
  ['the follower', 'b'],
] as const) {
  test(`SIGSTOP of the wrapper of ${whose}: all wait for it, and go on when it does`, async (t) => {
    const place = openPlace(t)
    place.write(
      'pod.yaml',
      writePod({
        annotations: { 'depends-on': 'b: {a: completed}' },
        containers: { a: `${BEGIN('a')}; ${UNTIL('go')}; touch done`, b: `test -e done && ${BEGIN('b')}` },
      }),
    )
    const run = start(place)
    await told(run, 'a started')
    const wrapper = await findVictim(place, name, 'wrapper')
    process.kill(wrapper, 'SIGSTOP')
    await eventually('it is stopped', () => readStat(wrapper)?.state === 'T')
    place.write('go', '')
    await eventually('the work is done', () => place.has('done'))
    t.is(livesOf(place, 'b'), 0)
    process.kill(wrapper, 'SIGCONT')
    t.is((await run.end).code, 0)
    t.is(livesOf(place, 'b'), 1)
    await place.assertClean()
  })
}

test('the run volume removed under their feet: those that are left still find each other', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { steps: 'a, b, c' },
      containers: { a: UNTIL('go'), b: BEGIN('b'), c: BEGIN('c') },
    }),
  )
  const run = start(place)
  await told(run, 'a started')
  const [workspace = ''] = readdirSync(place.temporary)
  const runDir = `${place.temporary}/${workspace}/run`
  await eventually('all wrappers are up', () =>
    ['a', 'b', 'c'].every((name) => existsSync(`${runDir}/${name}/alive.sock`)),
  )
  rmSync(runDir, { recursive: true })
  place.write('go', '')
  const { code, stdout } = await run.end
  t.is(code, 0, stdout)
  t.deepEqual([livesOf(place, 'b'), livesOf(place, 'c')], [1, 1])
  await place.assertClean()
})

test.serial('two hundred containers, each after two or three others: all in order, and it ends', async (t) => {
  const place = openPlace(t)
  const names = Array.from({ length: 200 }, (_, index) => `c${index}`)
  const before = (index: number) => [index - 1 - (index % 7), index - 11, index - 40].filter((other) => other >= 0)
  const edges = names.map((_, index) => before(index).map((other) => [names[other] ?? '', names[index] ?? ''] as const))
  const order = edges.flatMap((own) => {
    const [[, name] = ['', '']] = own
    return own.length === 0
      ? []
      : [`${name}: {${[...new Set(own.map(([other]) => `${other}: completed`))].join(', ')}}`]
  })
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': order.join('\n') },
      containers: Object.fromEntries(names.toReversed().map((name) => [name, { command: ['true'] }])),
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0)
  const at = new Map(tell(readLines(stdout), 'started', 'ended').map((what, index) => [what, index]))
  const wrong = edges.flat().filter(([first, second]) => {
    return !((at.get(`${first} ended`) ?? Infinity) < (at.get(`${second} started`) ?? -1))
  })
  t.deepEqual(wrong, [])
  await place.assertClean()
})

/** i -> some before it. */
const orders = fc.array(fc.array(fc.nat(), { maxLength: 2 }), { minLength: 2, maxLength: 5 })

test.serial(
  'all ignore SIGTERM, in whatever order: a wrapper kills where others must stop after it, and the last have all of the grace period',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(orders, async (lists) => {
        const place = openPlace(t)
        const edges = lists.flatMap((list, index) => {
          const others = [...new Set(list.map((other) => other % (index + 1)).filter((other) => other !== index))]
          return others.length === 0 ? [] : [`c${index}: {${others.map((other) => `c${other}: started`).join(', ')}}`]
        })
        fc.pre(edges.length > 0)
        const names = lists.map((_, index) => `c${index}`)
        place.write(
          'pod.yaml',
          writePod({
            annotations: { 'depends-on': edges.join('\n') },
            spec: { terminationGracePeriodSeconds: 2, restartPolicy: 'Always' },
            containers: Object.fromEntries(names.map((name) => [name, DEAF.replace('touch up', `touch ${name}.up`)])),
          }),
        )
        const run = start(place)
        await eventually('all are up', () => names.every((name) => place.has(`${name}.up`)))
        run.signal('SIGINT')
        const { stdout } = await run.end
        const ordered = new Set(edges.flatMap((edge) => edge.match(/c\d+/g) ?? []))
        const ends = readLines(stdout).filter(
          ({ event, container = '' }) => event === 'ended' && ordered.has(container),
        )
        // A wrapper's own word, and the runner's, which kills as the kubelet does.
        const waiting = new Set(edges.map((edge) => edge.slice(0, edge.indexOf(':'))))
        for (const { container = '', message } of ends) {
          const killed = waiting.has(container)
            ? /^killed \S+ after SIGTERM: it had not ended, and \S.* must stop after it$/
            : /^killed \S+ after it was told to stop: its grace period was over$/
          t.regex(String(message), killed)
        }
        t.is(ends.length, ordered.size)
        await place.assertClean()
      }),
      { numRuns: 4 },
    )
  },
)
