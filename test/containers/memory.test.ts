/** Little memory: the wrapper lives with it, and when it runs out the command goes, so that somebody is left to say so. */
import test from 'ava'
import { openHost, RUN } from '../support/container.ts'
import { ROOTS } from './roots.ts'

/** The actor's, when one of its children has been killed. */
const CODE_BEREAVED = 8

for (const { name, image } of ROOTS) {
  test.serial(`${name}: out of 64 MiB the command is killed, and its followers are told`, async (t) => {
    const host = openHost(t)
    const app = host.member(image, 'app', ['--', '/actor', 'eat'], { memory: '64m' })
    const next = host.member(image, 'next', ['--wait-file', `${RUN}/app/completed`, '--', '/actor', 'say', 'next'])
    const cleanup = host.member(image, 'cleanup', [
      '--wait-file',
      `${RUN}/app/failed`,
      '--',
      '/actor',
      'say',
      'cleanup',
    ])
    t.is((await app.end).code, 137)
    t.like(host.record('app/failed'), { exitCode: 137, reason: 'Error' })
    t.is((await next.end).code, 1)
    t.like(host.record('next/completed.err'), { reason: 'Skipped', origin: 'app' })
    t.like(await cleanup.end, { code: 0, stdout: 'cleanup\n' })
  })

  test.serial(`${name}: out of 64 MiB one of many small processes is killed, not the wrapper`, async (t) => {
    const host = openHost(t)
    const app = host.member(image, 'app', ['--', '/actor', 'eat-together'], { memory: '64m' })
    t.is((await app.end).code, CODE_BEREAVED)
    t.is(host.record('app/failed')?.exitCode, CODE_BEREAVED)
  })

  test.serial(`${name}: 24 MiB are enough to wait, and to run a command`, async (t) => {
    const host = openHost(t)
    const words = ['--wait-file', `${RUN}/db/ready`, '--', '/actor', 'say', 'started']
    const container = host.member(image, 'app', words, { memory: '24m' })
    await container.says('waiting for')
    host.makeOpen('db')
    host.write('db/ready', '{}\n')
    t.like(await container.end, { code: 0, stdout: 'started\n' })
  })
}
