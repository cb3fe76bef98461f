/** Times that are longer than a timer can hold: they are never, and not at once. */
import test from 'ava'
import { openStage, type Runtime, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

const RUNTIMES: readonly Runtime[] = ['executable', 'node']

const LONGEST = 2 ** 31 - 1
const probe = (timing: object) => JSON.stringify({ exec: { command: ['true'] }, ...timing })

interface Case {
  readonly words: readonly string[]
  /** What it says beside its start and its end. */
  readonly says?: RegExp
}

const CASES: Readonly<Record<string, Case>> = {
  'a delay before a startup probe': { words: ['--startup-probe', probe({ initialDelaySeconds: LONGEST })] },
  'a delay before a readiness probe': { words: ['--ready-probe', probe({ initialDelaySeconds: LONGEST })] },
  'a period and a timeout': {
    words: ['--ready-probe', probe({ periodSeconds: LONGEST, timeoutSeconds: LONGEST })],
    says: /: ready$/m,
  },
  'a postStart hook that sleeps': {
    words: ['--post-start', JSON.stringify({ sleep: { seconds: 9_223_372_036 } }), '--ready-exec', '["true"]'],
  },
  'a timeout': { words: ['--timeout', '9000h'] },
  'a delay before the flag live': { words: ['--live-delay', '9000h'] },
}

for (const runtime of RUNTIMES) {
  for (const [what, { words, says }] of Object.entries(CASES)) {
    test(`${what} is never over: ${runtime}`, async (t) => {
      const stage = openStage(t)
      const wrapper = stage.member('app', [...words, '--', ...sh('echo up; read go')], { runtime })
      await eventually('it runs', () => wrapper.stdout() === 'up\n')
      if (says !== undefined) await eventually('it has said so', () => says.test(wrapper.stderr()))
      wrapper.stdin.end('go\n')
      const { code, stderr } = await wrapper.end
      t.is(code, 0, stderr)
      const own = stderr.split('\n').filter((line) => line !== '' && !/: (?:started, pid \d+|Completed)$/.test(line))
      t.deepEqual(
        own.filter((line) => says?.test(line) !== true),
        [],
      )
      t.false(stage.has('run/app/live'))
    })
  }

  test(`a grace period is never over: ${runtime}`, async (t) => {
    const stage = openStage(t)
    const stubborn = sh('trap "echo told" TERM; echo up; read go; read go; exit 3')
    const wrapper = stage.start(['--stop-file', 'stop', '--grace-period', '9000h', '--', ...stubborn], { runtime })
    await eventually('it runs', () => wrapper.stdout() === 'up\n')
    stage.write('stop')
    await eventually('it was told', () => wrapper.stdout().endsWith('told\n'))
    wrapper.stdin.end('go\ngo\n')
    const { code, stderr } = await wrapper.end
    t.is(code, 0, stderr)
    t.notRegex(stderr, /killed|Warning|TypeError/)
  })
}
