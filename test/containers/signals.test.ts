/** Signals to the first process of a container, and what a terminal does. */
import test from 'ava'
import { execa } from 'execa'
import { readlinkSync } from 'node:fs'
import { openHost, RUN } from '../support/container.ts'
import { readChildren } from '../support/proc.ts'
import { ROOTS } from './roots.ts'

/** script(1) gives podman, its child, a terminal, and types into it what comes on its own stdin. */
const ON_A_TERMINAL = ['sh', '-c', 'exec script --quiet --return --command "$*" /dev/null', 'sh']

const CTRL_C = '\x03'
/** The actor's, when it is told to stop. */
const CODE_TOLD_TO_STOP = 7

for (const { name, image } of ROOTS) {
  test.serial(`${name}: signals reach the command, and podman stop lets it end by itself`, async (t) => {
    const host = openHost(t)
    const container = host.member(image, 'app', ['--', '/actor', 'echo'])
    await container.says('ready\n')
    const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH']
    for (const signal of signals) {
      await container.signal(signal)
      await container.says(`${signal}\n`)
    }
    await container.stop()
    const end = await container.end
    t.deepEqual(end.stdout.trim().split('\n'), ['ready', ...signals, 'SIGTERM'])
    t.is(end.code, CODE_TOLD_TO_STOP)
    t.is(host.record('app/exitCode')?.exitCode, CODE_TOLD_TO_STOP)
  })

  test.serial(`${name}: podman stop ends a wait, and the command is never started`, async (t) => {
    const host = openHost(t)
    const words = ['--wait-file', `${RUN}/db/ready`, '--', '/actor', 'say', 'started']
    const container = host.member(image, 'app', words)
    await container.says('waiting for')
    await container.stop()
    const end = await container.end
    t.is(end.code, 143)
    t.is(end.stdout, '')
    t.is(host.record('app/completed.err')?.reason, 'Cancelled')
  })

  test.serial(`${name}: Ctrl-C and a new window size reach the command on its terminal`, async (t) => {
    const host = openHost(t)
    const container = host.start(image, ['--quiet', '--', '/actor', 'echo'], {
      prefix: ON_A_TERMINAL,
      flags: ['--interactive', '--tty'],
    })
    await container.says('ready')
    const [podman = Number.NaN] = readChildren(container.client)
    const terminal = readlinkSync(`/proc/${podman}/fd/0`)
    await execa('stty', ['-F', terminal, 'rows', '33', 'cols', '77'])
    await container.says('77x33')
    container.type(CTRL_C)
    await container.says('SIGINT')
    await container.stop()
    const end = await container.end
    t.is(end.code, CODE_TOLD_TO_STOP)
    t.is(end.stdout.match(/SIGINT/g)?.length, 1)
  })
}
