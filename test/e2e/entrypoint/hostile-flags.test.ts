/** Whatever lies in the place of a flag neither stops, nor fills, nor misleads those who look at it. */
import test from 'ava'
import { mkdirSync } from 'node:fs'
import { eventually } from '../../support/eventually.ts'
import { openStage, type Runtime, sh } from '../../support/entrypoint.ts'
import { HOSTILE_THINGS, IS_ROOT, listenAt, makeDeadSocket } from '../../support/hostile-files.ts'

const RUNTIMES: readonly Runtime[] = ['executable', 'node']

/** Anonymous memory that any wrapper has, and a file of 16 KiB: the whole of it is far less. */
const MOST_KIB = 300 * 1024

for (const runtime of RUNTIMES) {
  for (const [what, { make, visible, privileged }] of Object.entries(HOSTILE_THINGS)) {
    const run = privileged === true && !IS_ROOT ? test.skip : test

    run(`in place of a flag it is a flag without words: ${what}, ${runtime}`, async (t) => {
      const stage = openStage(t)
      mkdirSync(stage.path('run/db'), { recursive: true })
      make(stage.path('run/db/ready'))
      const waits = ['--wait-file', stage.path('run/db/ready'), '--wait-timeout', '100ms']
      const { code, stderr } = await stage.member('app', [...waits, '--', 'true'], { runtime }).end
      t.is(code, visible ? 0 : 2, stderr)
    })

    run(`in place of a refusal it is one, without words: ${what}, ${runtime}`, async (t) => {
      const stage = openStage(t)
      mkdirSync(stage.path('run/db'), { recursive: true })
      make(stage.path('run/db/ready.err'))
      const waits = ['--wait-file', stage.path('run/db/ready'), '--wait-timeout', '100ms']
      const { code, stderr } = await stage.member('app', [...waits, '--', 'true'], { runtime }).end
      t.is(code, visible ? 1 : 124, stderr)
    })

    run(`in place of what a killed wrapper left it says nothing of the end: ${what}, ${runtime}`, async (t) => {
      const stage = openStage(t)
      stage.write('run/db/ready', '{"incarnation":"a"}')
      make(stage.path('run/db/ended'))
      await makeDeadSocket(stage.path('run/db/alive.sock'))
      const waits = [
        '--wait-file',
        stage.path('run/db/ready'),
        '--restart-policy',
        'OnFailure',
        '--wait-timeout',
        '300ms',
      ]
      const { code, stderr } = await stage.member('app', [...waits, '--', 'true'], { runtime }).end
      t.is(code, 124, stderr)
    })

    run(`in place of a stop file it stops: ${what}, ${runtime}`, async (t) => {
      const stage = openStage(t)
      make(stage.path('stop'))
      const wrapper = stage.start(['--stop-file', stage.path('stop'), '--', 'sleep', '600'], { runtime })
      if (!visible) {
        // What cannot be looked at has not come.
        await eventually('it runs', () => wrapper.stderr().includes('started'))
        wrapper.signal('SIGTERM')
      }
      const { code, stderr } = await wrapper.end
      t.is(code, visible ? 0 : 143, stderr)
    })
  }

  test(`when another one says that its stop began costs nobody anything: ${runtime}`, async (t) => {
    const stage = openStage(t)
    // It stops after this one, and its stop has begun in 30,000 years.
    stage.write('run/db/stopping', '{"incarnation":"a","uptimeMs":1e15}')
    const server = await listenAt(stage.path('run/db/alive.sock'))
    t.teardown(() => void server.close())
    const stop = ['--stop-before', 'db', '--stop-kill', '1h']
    const wrapper = stage.member('app', [...stop, '--', ...sh('trap "echo told" TERM; echo up; read go; read go')], {
      runtime,
    })
    await eventually('it runs', () => wrapper.stdout() === 'up\n')
    wrapper.signal('SIGTERM')
    await eventually('it was told', () => wrapper.stdout() === 'up\ntold\n')
    wrapper.stdin.end('go\ngo\n')
    const { stderr } = await wrapper.end
    t.notRegex(stderr, /Warning|TypeError/)
  })

  test(`of a long refusal little is read: ${runtime}`, async (t) => {
    const stage = openStage(t)
    const waits = ['--wait-file', stage.path('run/db/ready'), '--wait-file-optional', stage.path('run/db/ready')]
    mkdirSync(stage.path('run/db'), { recursive: true })
    HOSTILE_THINGS['two gigabytes']?.make(stage.path('run/db/ready.err'))
    const peak = ['sh', '-c', 'grep VmHWM /proc/$PPID/status']
    const { stdout } = await stage.member('app', [...waits, '--', ...peak], { runtime }).end
    const kib = Number(/(\d+) kB/.exec(stdout)?.[1])
    t.true(kib < MOST_KIB, stdout)
  })

  test(`what a refusal says forges no line, and is cut: ${runtime}`, async (t) => {
    const stage = openStage(t)
    const forged = `\u001b[2Jgone\r\n2026-01-01T00:00:00.000Z entrypoint app: forged\u009b31m${'x'.repeat(5000)}`
    stage.write('run/db/ready.err', JSON.stringify({ reason: 'Error\nforged', message: forged, origin: 'db\u202E' }))
    const waits = ['--wait-file', stage.path('run/db/ready')]
    const { stderr } = await stage.member('app', [...waits, '--', 'true'], { runtime }).end
    t.notRegex(stderr.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    t.notRegex(stderr, /^2026-01-01/m)
    for (const line of stderr.split('\n')) t.true(line.length < 1400, line)
    // Nor does what is handed on to the next.
    const { message = '', origin = '' } = stage.record('run/app/completed.err') ?? {}
    t.true(message.length <= 1024)
    t.notRegex(message + origin, /[\p{Cc}\p{Cf}]/u)
  })
}
