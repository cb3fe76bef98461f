import test, { type ExecutionContext } from 'ava'
import * as fc from 'fast-check'
import { OPTIONS } from '../../src/entrypoint/options.ts'
import { type Plan, readPlan } from '../../src/entrypoint/plan.ts'

const CWD = '/srv'

function plan(t: ExecutionContext, ...flags: readonly string[]): Plan {
  const reading = readPlan([...flags, '--', 'true'], CWD)
  if (reading.kind === 'plan') return reading.plan
  return t.fail(reading.kind === 'problem' ? reading.problem : reading.kind)
}

function problem(...argv: readonly string[]): string | undefined {
  const reading = readPlan(argv, CWD)
  return reading.kind === 'problem' ? reading.problem : undefined
}

test('without flags nothing is waited for, published or limited', (t) => {
  t.like(plan(t), {
    command: 1,
    waits: [],
    waitTimeoutMs: undefined,
    ownDir: undefined,
    files: [],
    restarts: { policy: 'Never', rules: [] },
    policies: new Map(),
    timeoutMs: undefined,
    graceMs: 10_000,
    graceGiven: false,
    retry: { times: 0, delayMs: 1000, factor: 2, jitter: 0.1, maxDelayMs: 300_000 },
    liveDelayMs: undefined,
    postStart: undefined,
    continueOnError: false,
    hold: false,
    exec: false,
    logFormat: 'text',
    quiet: false,
  })
})

const MEANINGS: readonly (readonly [readonly string[], Partial<Plan>])[] = [
  [['--timeout', '1h30m'], { timeoutMs: 5_400_000 }],
  [['--timeout', '0'], { timeoutMs: undefined }],
  [['--wait-timeout', '0s'], { waitTimeoutMs: 0 }],
  [['--grace-period', '0s'], { graceMs: 0, graceGiven: true }],
  [['--on-error', 'continue'], { continueOnError: true }],
  [['--on-error', 'continue', '--on-error', 'stopAndFail'], { continueOnError: false }],
  [['--restart-policy', 'OnFailure'], { restarts: { policy: 'OnFailure', rules: [] } }],
  [
    ['--restart-rule=Restart:In:42,43', '--restart-rule', 'RestartAllContainers:NotIn:0'],
    {
      restarts: {
        policy: 'Never',
        rules: [
          { action: 'Restart', operator: 'In', codes: [42, 43] },
          { action: 'RestartAllContainers', operator: 'NotIn', codes: [0] },
        ],
      },
    },
  ],
  [
    ['--policy-of=db=Always', '--policy-of', 'web=Never'],
    {
      policies: new Map([
        ['db', 'Always'],
        ['web', 'Never'],
      ]),
    },
  ],
  [['--hold', '--hold=false'], { hold: false }],
  [['--stdout-path', 'logs/out'], { stdoutPath: '/srv/logs/out' }],
  [['--stdout-path', ''], { stdoutPath: undefined }],
  [['--run-dir', 'run', '--name', 'db'], { ownDir: '/srv/run/db', name: 'db' }],
  [['--ready-tcp', '5432'], { readiness: { flag: 'ready-tcp', text: '5432' } }],
  [
    [
      '--retries',
      '3',
      '--retry-factor',
      '1.5',
      '--retry-jitter',
      '1',
      '--retry-delay',
      '0s',
      '--retry-max-delay',
      '9s',
    ],
    { retry: { times: 3, delayMs: 0, factor: 1.5, jitter: 1, maxDelayMs: 9000 } },
  ],
  [['--live-delay', '0', '--run-dir', 'run', '--name', 'db'], { liveDelayMs: 0 }],
  [['--live-delay=5s', '--run-dir', 'run', '--name', 'db', '--ready-tcp', '1'], { liveDelayMs: 5000 }],
  [['--post-start', '{}'], { postStart: '{}' }],
  [['--post-file', 'done'], { files: [{ flag: 'completed', path: '/srv/done' }] }],
  [
    ['--ready-file', '/r', '--started-file', '/s'],
    {
      files: [
        { flag: 'started', path: '/s' },
        { flag: 'ready', path: '/r' },
      ],
    },
  ],
]

for (const [flags, meaning] of MEANINGS) {
  test(`${flags.join(' ')} means ${JSON.stringify(meaning)}`, (t) => {
    const actual = plan(t, ...flags)
    for (const [field, value] of Object.entries(meaning)) t.deepEqual(actual[field as keyof Plan], value)
  })
}

test('wait files are absolute, split by commas, and each is waited for once', (t) => {
  const { waits } = plan(t, '--wait-file', 'a,/b,', '-wait_file=a')
  t.deepEqual(
    waits.map(({ path, label }) => [path, label]),
    [
      ['/srv/a', '/srv/a'],
      ['/b', '/b'],
    ],
  )
})

test('a wait file in the run directory is called by container and flag', (t) => {
  const { waits } = plan(t, '--run-dir', '/run', '--name', 'app', '--wait-file', '/run/db/ready,/running/x')
  t.deepEqual(
    waits.map(({ label }) => label),
    ['db/ready', '/running/x'],
  )
})

test('a wait file may have a timeout of its own, and be optional', (t) => {
  const flags = ['--wait-file', 'a=b,c', '--wait-file-timeout', 'a=b=5s', '--wait-file-optional', 'c']
  t.deepEqual(
    plan(t, ...flags).waits.map(({ timeoutMs, optional }) => [timeoutMs, optional]),
    [
      [5000, false],
      [undefined, true],
    ],
  )
})

test('--stop-after looks at the flag stopped', (t) => {
  const { stopAfter } = plan(t, '--run-dir', '/run', '--name', 'db', '--stop-after', 'app,web')
  t.deepEqual(
    stopAfter.map(({ path }) => path),
    ['/run/app/stopped', '/run/web/stopped'],
  )
})

test('relative paths are relative to / where that is the working directory', (t) => {
  const reading = readPlan(['--wait-file', 'a', '--', 'x'], '/')
  t.is(reading.kind === 'plan' ? reading.plan.waits[0]?.path : reading.kind, '/a')
})

const PROBLEMS: readonly (readonly [readonly string[], string])[] = [
  [[], 'no command; write it after --: entrypoint [flags] -- command [args…]'],
  [['--'], 'no command; write it after --: entrypoint [flags] -- command [args…]'],
  [['true'], 'put -- before the command: -- true …'],
  [['--timeout', '5', '--', 'x'], '--timeout takes a duration such as 90s or 1h30m, not "5"'],
  [['--timeout', '-5s', '--', 'x'], '--timeout cannot be negative, as -5s is'],
  [['--retries', '1.5', '--', 'x'], '--retries takes a whole number, not "1.5"'],
  [['--retries', '-1', '--', 'x'], '--retries takes a whole number, not "-1"'],
  [['--on-error', 'ignore', '--', 'x'], '--on-error is one of continue, stopAndFail, not "ignore"'],
  [['--log-format', 'yaml', '--', 'x'], '--log-format is one of text, json, not "yaml"'],
  [['--run-dir', '/run', '--', 'x'], '--run-dir and --name go together; give both or neither'],
  [['--name', 'db', '--', 'x'], '--run-dir and --name go together; give both or neither'],
  [
    ['--run-dir', '/run', '--name', '..', '--', 'x'],
    '--name ".." is not a container name; use lower case letters, digits and -',
  ],
  [['--retry-factor', '0.5', '--', 'x'], '--retry-factor takes a number from 1 to 1000, not "0.5"'],
  [['--retry-jitter', '-0.1', '--', 'x'], '--retry-jitter takes a number from 0 to 1, not "-0.1"'],
  [['--retry-jitter', '1e-1', '--', 'x'], '--retry-jitter takes a number from 0 to 1, not "1e-1"'],
  [['--live-delay', '1s', '--', 'x'], '--live-delay needs --run-dir, where the flag live is published'],
  [
    ['--live-delay=1s', '--startup-probe={}', '--run-dir=r', '--name=n', '--', 'x'],
    '--live-delay and --startup-probe exclude each other: both decide about live; give one of them',
  ],
  [['--stop-after', 'app', '--', 'x'], '--stop-after needs --run-dir, which has the flags of the other containers'],
  [['--wait-file-timeout', '5s', '--', 'x'], '--wait-file-timeout takes PATH=DURATION, not "5s"'],
  [['--wait-file-optional', 'a', '--', 'x'], '/srv/a has a timeout or is optional, but there is no --wait-file /srv/a'],
  [
    ['--ready-tcp', '1', '--ready-http', 'x', '--', 'x'],
    '--ready-tcp and --ready-http exclude each other; give one of them',
  ],
]

for (const [argv, expected] of PROBLEMS) {
  test(`${argv.join(' ')}: ${expected}`, (t) => {
    t.is(problem(...argv), expected)
  })
}

test('a command that stands elsewhere needs no words here, but may have some', (t) => {
  const words = (...argv: readonly string[]) => {
    const reading = readPlan(argv, CWD, true)
    return reading.kind === 'plan' ? argv.length - reading.plan.command : reading
  }
  t.is(words('--hold'), 0)
  t.is(words('--hold', '--'), 0)
  t.is(words(), 0)
  t.is(words('--', 'a', '--'), 2)
  t.deepEqual(readPlan(['a'], CWD, true), { kind: 'problem', problem: 'put -- before the command: -- a …' })
})

test('--exec allows a --live-delay of 0s', (t) => {
  t.is(plan(t, '--exec', '--live-delay=0s', '--run-dir', 'r', '--name', 'n').liveDelayMs, 0)
})

const AFTERWARDS: readonly (readonly [readonly string[], string])[] = [
  [['--post-file', 'x'], '--post-file'],
  [['--timeout', '1s'], '--timeout'],
  [['--retries', '1'], '--retries'],
  [['--on-error', 'continue'], '--on-error continue'],
  [['--stop-file', 'x'], '--stop-file'],
  [['--stop-after', 'x', '--run-dir', 'r', '--name', 'n'], '--stop-after'],
  [['--hold'], '--hold'],
  [['--post-start', '{}'], '--post-start'],
  [['--live-delay', '1s', '--run-dir', 'r', '--name', 'n'], '--live-delay of more than 0s'],
  [['--stdout-path', 'x'], '--stdout-path'],
  [['--stderr-path', 'x'], '--stderr-path'],
]

for (const [flags, named] of AFTERWARDS) {
  test(`--exec refuses ${named}, which takes somebody who stays`, (t) => {
    t.is(
      problem('--exec', ...flags, '--', 'x'),
      `--exec and ${named} exclude each other: no wrapper stays; give one of them`,
    )
  })
}

test('--help and --version win over everything but an unknown flag', (t) => {
  t.is(readPlan(['--help'], CWD).kind, 'help')
  t.is(readPlan(['--timeout', 'nonsense', '--help', '--', 'x'], CWD).kind, 'help')
  t.is(readPlan(['-version'], CWD).kind, 'version')
  t.is(readPlan(['--', '--help'], CWD).kind, 'plan')
  t.is(readPlan(['--nonsense', '--help'], CWD).kind, 'problem')
})

test('whatever the values, every flag gives a plan, a page or one problem, and never throws', (t) => {
  const flag = fc.record({ name: fc.constantFrom(...Object.keys(OPTIONS)), value: fc.string() })
  fc.assert(
    fc.property(fc.array(flag, { maxLength: 6 }), (flags) => {
      const reading = readPlan([...flags.map(({ name, value }) => `--${name}=${value}`), '--', 'x'], CWD)
      if (reading.kind === 'problem') t.regex(reading.problem, /\S/)
      else t.true(['plan', 'help', 'version'].includes(reading.kind))
    }),
  )
})
