/** Every way to end: the exit code, the reason, and what the followers are told. */
import test from 'ava'
import { mkdirSync } from 'node:fs'
import { openStage, readEvents, type Runtime, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { findProcessesIn } from '../../support/proc.ts'

interface Ending {
  readonly how: string
  readonly words: readonly string[]
  readonly code: number
  readonly reason: string
  readonly says: RegExp
}

/** The table of exit codes, one row a line. */
const ENDINGS: readonly Ending[] = [
  { how: 'success', words: ['--', 'true'], code: 0, reason: 'Completed', says: /^Completed$/ },
  { how: 'its own code', words: ['--', ...sh('exit 42')], code: 42, reason: 'Error', says: /^Error: exit code 42$/ },
  { how: '255', words: ['--', ...sh('exit 255')], code: 255, reason: 'Error', says: /^Error: exit code 255$/ },
  {
    how: 'killed by SIGKILL',
    words: ['--', ...sh('kill -9 $$')],
    code: 137,
    reason: 'Error',
    says: /^Error: killed by signal 9$/,
  },
  {
    how: 'killed by SIGSEGV',
    words: ['--', ...sh('kill -11 $$')],
    code: 139,
    reason: 'Error',
    says: /^Error: killed by signal 11$/,
  },
  {
    how: 'command timed out',
    words: ['--timeout', '20ms', '--', 'sleep', '600'],
    code: 124,
    reason: 'TimeoutExceeded',
    says: /^TimeoutExceeded: still running after 20ms$/,
  },
  {
    how: 'wait timed out',
    words: ['--wait-timeout', '20ms', '--wait-file', '/nowhere/to/be/found', '--', 'true'],
    code: 124,
    reason: 'TimeoutExceeded',
    says: /^TimeoutExceeded: gave up waiting for \/nowhere\/to\/be\/found after 20ms$/,
  },
]

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  for (const { how, words, code, reason, says } of ENDINGS) {
    test(`${how} is exit code ${code} (${runtime})`, async (t) => {
      const stage = openStage(t)
      const end = await stage.member('app', words, { runtime }).end
      t.is(end.code, code)
      t.regex(readEvents(end.stderr).at(-1) ?? '', says)
      t.like(stage.record(code === 0 ? 'run/app/completed' : 'run/app/completed.err'), { exitCode: code, reason })
      t.like(stage.record('run/app/exitCode'), { exitCode: code, reason })
    })
  }
}

test('a command killed by a real-time signal is told as such', async (t) => {
  const stage = openStage(t)
  t.is((await stage.run(['--', ...sh('kill -40 $$')])).code, 168)
})

test('a wait that ran out tells the followers', async (t) => {
  const stage = openStage(t)
  const flags = ['--wait-timeout', '1ms', '--wait-file', 'never', '--post-file', 'done']
  await stage.run([...flags, '--', 'touch', 'ran'])
  t.like(stage.record('done.err'), { exitCode: 124, reason: 'TimeoutExceeded' })
  t.false(stage.has('ran'))
})

test('a command past its time is told to stop, and its whole group killed after the grace period', async (t) => {
  const stage = openStage(t)
  // Nobody ends by SIGWINCH who has not asked for it, however early it comes.
  const flags = ['--timeout', '500ms', '--grace-period', '100ms', '--stop-signal', 'WINCH']
  const end = await stage.member('app', [...flags, '--', ...sh('sleep 600 & wait')]).end
  t.is(end.code, 124)
  t.true((stage.record('run/app/stopped')?.killedAfterMs ?? 0) > 0)
  await eventually('nobody of its group is left', () => findProcessesIn(stage.dir).length === 0)
})

test('a command that ends in time when its time is up still counts as timed out', async (t) => {
  const stage = openStage(t)
  const obedient = sh('trap "exit 0" TERM; echo ready; while :; do sleep 600; done')
  const end = await stage.run(['--timeout', '200ms', '--', ...obedient])
  t.is(end.code, 124)
})

test('--on-error continue counts a failure as completed', async (t) => {
  const stage = openStage(t)
  const end = await stage.member('app', ['--on-error', 'continue', '--', ...sh('exit 5')]).end
  t.is(end.code, 0)
  t.like(stage.record('run/app/completed'), { exitCode: 0, reason: 'Completed', message: 'exit code 5' })
})

test('a failure goes through a chain of five at once, and the last still names the first and its reason', async (t) => {
  const stage = openStage(t)
  const names = ['a', 'b', 'c', 'd', 'e']
  const chain = names.map((name, index) => {
    const waits = index === 0 ? [] : ['--wait-file', stage.path(`run/${names[index - 1]}/completed`)]
    const command = index === 0 ? sh('read go; exit 7') : ['touch', `${name}-ran`]
    return stage.member(name, [...waits, '--', ...command])
  })
  chain[0]?.stdin.end('go\n')
  const ends = await Promise.all(chain.map((wrapper) => wrapper.end))
  t.deepEqual(
    ends.map(({ code }) => code),
    [7, 1, 1, 1, 1],
  )
  for (const name of names.slice(1)) {
    t.false(stage.has(`${name}-ran`))
    t.like(stage.record(`run/${name}/completed.err`), { reason: 'Skipped', origin: 'a', message: 'exit code 7' })
    t.like(stage.record(`run/${name}/started.err`), { reason: 'Skipped', origin: 'a' })
  }
  t.is(readEvents(ends[4]?.stderr ?? '').at(-1), 'Skipped: d/completed will not come: a: exit code 7')
})

test('a follower of failed is not needed when its predecessor has completed', async (t) => {
  const stage = openStage(t)
  await stage.member('app', ['--', 'true']).end
  const end = await stage.member('fallback', ['--wait-file', stage.path('run/app/failed'), '--', 'touch', 'ran']).end
  t.is(end.code, 0)
  t.false(stage.has('ran'))
  t.like(stage.record('run/fallback/completed'), { reason: 'Skipped' })
})

test('an optional wait file that cannot come is done without', async (t) => {
  const stage = openStage(t)
  mkdirSync(stage.path('here'))
  stage.write('here/refused.err')
  const flags = ['--wait-file', 'here/refused,here/late', '--wait-file-optional', 'here/refused,here/late']
  const end = await stage.run([...flags, '--wait-file-timeout', 'here/late=20ms', '--', 'echo', 'on'])
  t.is(end.code, 0)
  t.is(end.stdout, 'on\n')
  t.is(
    readEvents(end.stderr).filter((line) => line.endsWith('it is optional, so the command starts without it')).length,
    2,
  )
})

test('--log-format json writes one object a line', async (t) => {
  const stage = openStage(t)
  stage.write('run/db/ready')
  const flags = ['--log-format', 'json', '--wait-file', stage.path('run/db/ready')]
  const end = await stage.member('app', [...flags, '--', ...sh('exit 4')]).end
  const events = end.stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
  t.deepEqual(
    events.map(({ event, container }) => [event, container]),
    [
      ['started', 'app'],
      ['ended', 'app'],
    ],
  )
  t.like(events.at(-1), { exitCode: 4, reason: 'Error', message: 'Error: exit code 4' })
  for (const { at } of events) t.regex(at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('--quiet writes nothing of its own', async (t) => {
  const stage = openStage(t)
  stage.write('flag')
  const end = await stage.run(['--quiet', '--wait-file', 'flag', '--', ...sh('echo out; echo err >&2; exit 3')])
  t.deepEqual([end.code, end.stdout, end.stderr], [3, 'out\n', 'err\n'])
})
