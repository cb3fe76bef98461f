/** The wall clock may be set while a wrapper waits: every duration is measured on the monotonic one. */
import test, { type ExecutionContext } from 'ava'
import { type Clock, openClock } from '../../support/clock.ts'
import { openStage, type Stage, type Wrapper } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

interface Case {
  readonly what: string
  readonly words: readonly string[]
  /** It has said this when the clock is set. */
  readonly when: string
  /** Its exit code when that time is up; 124 without. */
  readonly code?: number
}

/** Asks to be stopped only when it can no longer be killed by that, however late the shell gets to it. */
const DEAF = 'trap "echo told >&2" TERM; touch deaf; read go; read go'

const cases = (duration: string): readonly Case[] => [
  { what: 'a wait', words: ['--wait-timeout', duration, '--wait-file', 'go', '--', 'true'], when: 'waiting for' },
  {
    what: 'one wait of several',
    words: ['--wait-file', 'go', '--wait-file-timeout', `go=${duration}`, '--', 'true'],
    when: 'waiting for',
  },
  { what: 'a command', words: ['--timeout', duration, '--', 'cat'], when: 'started' },
  {
    what: 'a grace period',
    words: ['--stop-file', 'deaf', '--grace-period', duration, '--', 'sh', '-c', DEAF],
    when: 'told',
    code: 0,
  },
]

function open(t: ExecutionContext): { readonly stage: Stage; readonly clock: Clock | undefined } {
  const stage = openStage(t)
  const clock = openClock(stage.dir)
  if (clock === undefined) t.pass('faketime is not installed')
  return { stage, clock }
}

async function begin(t: ExecutionContext, clock: Clock, stage: Stage, { words, when }: Case): Promise<Wrapper> {
  const wrapper = stage.start(words, { env: clock.env })
  await eventually('it is under way', () => wrapper.stderr().includes(when))
  t.is(hourOf(wrapper.stderr()), 0)
  return wrapper
}

/** By how many hours the clock of the last event is off. */
function hourOf(stderr: string): number {
  const at = Date.parse(stderr.trimEnd().split('\n').at(-1)?.split(' ')[0] ?? '')
  return Math.round((at - Date.now()) / 3_600_000) || 0
}

// Long enough for the clock to be set before it is over, on a busy machine too.
for (const given of cases('20s')) {
  test(`a clock that is set back by an hour lengthens no timeout: ${given.what}`, async (t) => {
    const { stage, clock } = open(t)
    if (clock === undefined) return
    const wrapper = await begin(t, clock, stage, given)
    clock.set('-1h')
    const end = await wrapper.end
    t.is(end.code, given.code ?? 124)
    t.is(hourOf(end.stderr), -1)
  })
}

for (const given of cases('1h')) {
  test(`a clock that is set forward by two hours ends no timeout: ${given.what}`, async (t) => {
    const { stage, clock } = open(t)
    if (clock === undefined) return
    const wrapper = await begin(t, clock, stage, given)
    clock.set('+2h')
    // Another one, started after that, has its whole time, and the first lives on.
    t.is((await stage.run(['--timeout', '100ms', '--', 'sleep', '600'], { env: clock.env })).code, 124)
    stage.write('go')
    wrapper.stdin.end('go\n')
    const end = await wrapper.end
    t.is(end.code, 0)
    t.false(end.stderr.includes('gave up') || end.stderr.includes('still running after 1h'))
    t.is(hourOf(end.stderr), 2)
  })
}

test('a clock that is set back by an hour lengthens no delay of a retry', async (t) => {
  const { stage, clock } = open(t)
  if (clock === undefined) return
  const words = ['--retries', '1', '--retry-delay', '20s', '--', 'false']
  const wrapper = await begin(t, clock, stage, { what: 'a retry', words, when: 'next attempt in' })
  clock.set('-1h')
  const end = await wrapper.end
  t.is(end.code, 1)
  t.is(end.stderr.match(/started/g)?.length, 2)
  t.is(hourOf(end.stderr), -1)
})

test('a clock that is set back by an hour delays neither a probe nor the flag live', async (t) => {
  const { stage, clock } = open(t)
  if (clock === undefined) return
  const probe = '{"exec":{"command":["test","-e","up"]},"initialDelaySeconds":1}'
  const app = stage.member('app', ['--ready-probe', probe, '--live-delay', '500ms', '--', 'cat'], { env: clock.env })
  await stage.appears('run/app/started')
  clock.set('-1h')
  stage.write('up')
  for (const flag of ['live', 'ready']) await stage.appears(`run/app/${flag}`)
  app.stdin.end()
  t.is((await app.end).code, 0)
})
