/** The table of docs/reference.md, cell by cell: what becomes of a follower. */
import test, { type ExecutionContext } from 'ava'
import { eventually } from './support/eventually.ts'
import { openPlace, type RunLine, writePod } from './support/podorder.ts'
import { readTable } from './support/reference.ts'

const CONDITIONS = ['started', 'ready', 'completed', 'failed', 'ended'] as const
type Condition = (typeof CONDITIONS)[number]

interface Row {
  /** The pod's. */
  readonly restartPolicy: string
  /** The predecessor's own, if it has one. */
  readonly own: string | undefined
  readonly fate: string
  readonly expected: Readonly<Record<Condition, string>>
}

const rows = readTable('What a follower does').map((row): Row => {
  const of = (heading: string): string => row[heading] ?? ''
  const expected = Object.fromEntries(CONDITIONS.map((name) => [name, of(name)])) as Row['expected']
  const [, restartPolicy = '', own] = /^(\w+)(?: \(its own: (\w+)\))?$/.exec(of('restartPolicy')) ?? []
  return { restartPolicy, own, fate: of('the predecessor'), expected }
})

/** What the predecessor does; in a life that is to show `started` and `ready`, their followers have come first. */
const FOLLOWED = 'until [ -e started ] && [ -e ready ]; do sleep 0.02; done'
const ONCE = '[ -e once ] || { touch once;'
const SERVE = 'while :; do sleep 0.1; done'
const UNFIT = {
  exec: { command: ['sh', '-c', 'until [ -e started ]; do sleep 0.02; done; false'] },
  timeoutSeconds: 20,
}

interface Fate {
  readonly predecessor: Readonly<Record<string, unknown>>
  /** Others of the pod. */
  readonly others?: Readonly<Record<string, string>>
  readonly order?: string
  /** Has it happened, so that who has not gone on by now waits on? */
  readonly isSealed: (lines: readonly RunLine[], place: { has(name: string): boolean }) => boolean
}

const sh = (script: string) => ({ command: ['sh', '-c', script] })
const count = (lines: readonly RunLine[], event: string, name: string): number =>
  lines.filter((line) => line.event === event && line.container === name).length
/** Often enough to see that it is always the same. */
const endsAgain =
  (name: string, times: number): Fate['isSealed'] =>
  (lines) =>
    count(lines, 'ended', name) >= times

const endsWell: Fate['isSealed'] = (lines) =>
  lines.some(({ event, container, exitCode }) => event === 'ended' && container === 'p' && exitCode === 0)

const ruled = (action: string) => ({
  restartPolicy: 'Never',
  restartPolicyRules: [{ action, exitCodes: { operator: 'In', values: [42] } }],
})

const COMPLETES: Fate = { predecessor: sh(FOLLOWED), isSealed: endsAgain('p', 1) }
const FAILS = sh(`${FOLLOWED}; exit 3`)
/** The wrapper adds up its budget by its own clock. */
const FAILS_STARTUP = { ...sh(SERVE), startupProbe: { ...UNFIT, periodSeconds: 1, failureThreshold: 1 } }
const NEVER_READY: Fate = {
  predecessor: {
    ...sh(SERVE),
    readinessProbe: {
      exec: { command: ['sh', '-c', '[ -e asked ] && touch again; touch asked; false'] },
      periodSeconds: 1,
    },
  },
  isSealed: (_, place) => place.has('again'),
}

const FATES: Readonly<Record<string, Fate>> = {
  completes: COMPLETES,
  'completes before it is ready': {
    predecessor: {
      ...sh('until [ -e started ]; do sleep 0.02; done'),
      readinessProbe: { exec: { command: ['false'] } },
    },
    isSealed: endsAgain('p', 1),
  },
  fails: { predecessor: FAILS, isSealed: endsAgain('p', 1) },
  'fails each time': { predecessor: FAILS, isSealed: endsAgain('p', 4) },
  'fails once, then completes': {
    predecessor: sh(`${FOLLOWED}; ${ONCE} exit 3; }`),
    isSealed: endsWell,
  },
  'fails once as a rule restarts, then completes': {
    predecessor: { ...sh(`${FOLLOWED}; ${ONCE} exit 42; }`), ...ruled('Restart') },
    isSealed: endsWell,
  },
  'asks once for RestartAllContainers, then completes': {
    predecessor: { ...sh(`${FOLLOWED}; ${ONCE} exit 42; }`), ...ruled('RestartAllContainers') },
    isSealed: endsWell,
  },
  'cannot be started': { predecessor: { command: ['no-such-program'] }, isSealed: endsAgain('p', 1) },
  'cannot be made': {
    predecessor: { command: ['true'], workingDir: '/proc/none' },
    isSealed: endsAgain('p', 1),
  },
  'fails its startupProbe': { predecessor: FAILS_STARTUP, isSealed: endsAgain('p', 1) },
  'fails its startupProbe each time': { predecessor: FAILS_STARTUP, isSealed: endsAgain('p', 2) },
  'is skipped': {
    predecessor: sh('touch p'),
    others: { o: 'exit 3' },
    order: 'p: {o: completed}',
    isSealed: (lines) => count(lines, 'skipped', 'p') === 1,
  },
  'waits for one that fails each time': {
    predecessor: sh('touch p'),
    others: { o: 'exit 3' },
    order: 'p: {o: completed}',
    isSealed: endsAgain('o', 4),
  },
  'is never ready': NEVER_READY,
  'is killed with its wrapper': {
    predecessor: sh(`${FOLLOWED}; kill -9 $PPID; ${SERVE}`),
    isSealed: endsAgain('p', 1),
  },
  'is killed with its wrapper once': {
    predecessor: sh(`${FOLLOWED}; ${ONCE} kill -9 $PPID; ${SERVE}; }`),
    isSealed: endsWell,
  },
}

/** What has become of a follower so far, in the table's words; what is in none of them is told as it is. */
function tellEnd(lines: readonly RunLine[], condition: Condition): string {
  const own = lines.filter(({ container }) => container === `f-${condition}`)
  // What is told to stop since all containers start anew has not come to its end.
  const over = own.find(({ event, reason }) => (event === 'ended' || event === 'skipped') && reason !== 'Cancelled')
  const started = own.find(({ event }) => event === 'started')
  if (started !== undefined) return started.waitedFor === `p/${condition}` ? 'runs' : 'runs unasked'
  if (over === undefined) return 'waits on'
  if (over.exitCode === 1 && ['Skipped', 'PredecessorDied'].includes(over.reason ?? '')) return 'skipped'
  if (over.exitCode === 0 && over.reason === 'Skipped') return 'not needed'
  return `exit ${over.exitCode} ${over.reason}`
}

async function tryRow(t: ExecutionContext, { restartPolicy, own, fate, expected }: Row): Promise<void> {
  const { predecessor, others = {}, order = '', isSealed } = FATES[fate] ?? COMPLETES
  const place = openPlace(t)
  const followers = CONDITIONS.map((name) => [`f-${name}`, `touch ${name}; ${SERVE}`] as const)
  const edges = CONDITIONS.map((name) => `f-${name}: {p: ${name}}`)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': [...edges, order].join('\n') },
      spec: { restartPolicy },
      containers: {
        p: own === undefined ? predecessor : { ...predecessor, restartPolicy: own },
        ...others,
        ...Object.fromEntries(followers),
      },
    }),
  )
  const run = place.start(['run', '--json', '--time-scale', '0.001', 'pod.yaml'])
  const tell = () => Object.fromEntries(CONDITIONS.map((name) => [name, tellEnd(run.lines(), name)]))
  try {
    await eventually('the fate of the predecessor', () => isSealed(run.lines(), place))
    await eventually('the ends of its followers', () => {
      const told = tell()
      return CONDITIONS.every((name) => told[name] === expected[name])
    })
  } catch {
    // The comparison below says more.
  }
  const told = tell()
  run.signal('SIGINT')
  const { stdout } = await run.end
  t.deepEqual(told, { ...expected }, stdout)
  await place.assertClean()
}

test('the table has every restartPolicy, and nothing that is not tried', (t) => {
  t.deepEqual([...new Set(rows.map(({ restartPolicy }) => restartPolicy))], ['Never', 'OnFailure', 'Always'])
  t.deepEqual(
    rows.filter(({ fate }) => !(fate in FATES)),
    [],
  )
  t.is(new Set(rows.map(({ restartPolicy, own, fate }) => `${restartPolicy} ${own} ${fate}`)).size, rows.length)
})

for (const row of rows) {
  const own = row.own === undefined ? '' : ` (its own: ${row.own})`
  test(`restartPolicy ${row.restartPolicy}, the predecessor${own} ${row.fate}`, (t) => tryRow(t, row))
}
