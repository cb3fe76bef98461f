import test from 'ava'
import { formatWaitHelp, WAIT_OPTIONS } from '../../src/wait/wait-options.ts'
import { readWait, type WaitPlan } from '../../src/wait/wait-plan.ts'
import { WAIT_WORDS } from '../../src/wait/wait-words.ts'

function read(argv: readonly string[], env: Readonly<Record<string, string>> = {}): WaitPlan {
  const reading = readWait(argv, env)
  if (reading.kind !== 'plan') throw new Error(JSON.stringify(reading))
  return reading.plan
}

/** What is waited for, in short. */
function summarise(argv: readonly string[]): readonly string[] {
  return read(argv).targets.map((target) => ('which' in target ? `${target.label} ${target.demand}` : target.label))
}

test("k8s-wait-for's command lines are understood as they are", (t) => {
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['pod', 'db'], 'pod/db all'],
    [['pod', '-lapp=db'], 'pod/-lapp=db all'],
    [['pod', '-l app=db'], 'pod/-lapp=db all'],
    [['pod', '-l', 'app=db'], 'pod/-lapp=db all'],
    [['pod', '--selector=app=db'], 'pod/-lapp=db all'],
    [
      ['pod', '-lrelease in (develop), chart notin (cross-support-job-3p)'],
      'pod/-lrelease in (develop), chart notin (cross-support-job-3p) all',
    ],
    [['pod-we', '-lapp=db', '-n', 'shop'], 'pod-we/shop/-lapp=db finished'],
    [['pod-wr', 'db', '-nshop'], 'pod-wr/shop/db some'],
    [['job', 'migrate', '--namespace=shop'], 'job/shop/migrate all'],
    [['job-we', 'migrate', '-n=shop'], 'job-we/shop/migrate finished'],
    [['job-wr', 'migrate', '--namespace', 'shop'], 'job-wr/shop/migrate some'],
    [['service', 'mail'], 'service/mail all'],
  ]
  for (const [argv, expected] of rows) {
    t.deepEqual(summarise(argv), [expected], argv.join(' '))
    t.deepEqual(summarise(['wait', ...argv]), [expected], argv.join(' '))
    t.true(WAIT_WORDS.includes(argv[0] ?? ''))
  }
})

test('several targets of any kind may be given, in words and in flags', (t) => {
  t.deepEqual(
    summarise([
      ...['wait', 'pod/db', '-n', 'shop', 'job/ops/migrate', 'tcp://broker:1', '--http', 'http://api/x'],
      ...['--tcp', 'a:1', '--tcp=b:2', '-file', '/x', '--exec', 'true'],
    ]),
    [
      ...['pod/shop/db all', 'job/ops/migrate all', 'tcp://broker:1', 'http://api/x'],
      ...['tcp://a:1', 'tcp://b:2', 'exec:true', 'file:/x'],
    ],
  )
  t.deepEqual(summarise(['pod', 'a', 'b', 'tcp://c:1']), ['pod/a all', 'pod/b all', 'tcp://c:1'])
  t.deepEqual(summarise(['wait', '--', 'pod/a']), ['pod/a all'])
})

test('times and the environment', (t) => {
  t.like(read(['pod', 'db']), { timeoutMs: undefined, periodMs: 1000, verbose: false, quiet: false })
  t.like(read(['pod', 'db', '--timeout', '5m', '--period=2s', '--quiet']), {
    timeoutMs: 300_000,
    periodMs: 2000,
    quiet: true,
  })
  t.is(read(['pod', 'db', '--timeout', '0s']).timeoutMs, undefined)
  t.is(read(['pod', 'db', '--timeout', '9000h']).timeoutMs, 2 ** 31 - 1)
  t.is(read(['pod', 'db'], { WAIT_TIME: '5' }).periodMs, 5000)
  t.is(read(['pod', 'db'], { WAIT_TIME: '0.5' }).periodMs, 500)
  t.is(read(['pod', 'db'], { WAIT_TIME: '1m' }).periodMs, 60_000)
  t.is(read(['pod', 'db', '--period', '3s'], { WAIT_TIME: '5' }).periodMs, 3000)
  t.true(read(['pod', 'db'], { DEBUG: '2' }).verbose)
  for (const DEBUG of ['', '0', 'true', '*']) t.false(read(['pod', 'db'], { DEBUG }).verbose, DEBUG)
})

test('misuse is refused in one sentence', (t) => {
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['wait'], 'nothing to wait for; name a target such as pod/db'],
    [['pod'], 'pod/: "" is not a name; write pod/NAME or pod/-lapp=db'],
    [['wait', 'db'], '"db" is not a target; write pod db, job db or service db'],
    [['wait', '-lapp=db'], '"-l app=db" is not a target; write pod -l app=db, job -l app=db or service -l app=db'],
    [['service-we', 'x'], '"service-we" is not a target; write pod service-we, job service-we or service service-we'],
    [
      ['pod', 'db', '--all-namespaces'],
      '--all-namespaces is not supported, because names are unique in one namespace only; give -n NAMESPACE',
    ],
    [
      ['pod', 'db', '-A'],
      '--all-namespaces is not supported, because names are unique in one namespace only; give -n NAMESPACE',
    ],
    [['pod', 'db', '-n'], '--namespace needs a value'],
    [['pod', 'db', '-n', 'Shop'], '"Shop" in pod/Shop/db is not the name of a namespace'],
    [['pod', 'db', '--timeuot=1s'], 'unknown flag --timeuot; did you mean --timeout?'],
    [['pod', 'db', '-w'], 'unknown flag -w'],
    [['pod', 'db', '--timeout', '300'], '--timeout takes a duration such as 90s or 5m, not "300"'],
    [['pod', 'db', '--period', '-1s'], '--period takes a duration such as 90s or 5m, not "-1s"'],
    [['pod', 'db', '--quiet=maybe'], '--quiet is either true or false, not "maybe"'],
    [['pod', 'db', '--log-format', 'xml'], '--log-format is text or json, not "xml"'],
    [['pod', 'db', 'tcp://x'], '"tcp://x" is not tcp://HOST:PORT'],
  ]
  for (const [argv, problem] of rows) t.deepEqual(readWait(argv, {}), { kind: 'problem', problem }, argv.join(' '))
  t.deepEqual(readWait(['pod', 'db'], { WAIT_TIME: 'soon' }), {
    kind: 'problem',
    problem: 'WAIT_TIME takes a duration such as 90s or 5m, not "soon"',
  })
})

test('the help names every flag', (t) => {
  for (const argv of [
    ['wait', '-h'],
    ['pod', '--help'],
  ])
    t.deepEqual(readWait(argv, {}), { kind: 'help' })
  const help = formatWaitHelp()
  for (const name of Object.keys(WAIT_OPTIONS)) t.true(help.includes(`--${name} `), name)
  for (const line of help.split('\n')) t.true(line.length <= 120, line)
})
