/** What is meant for the application changes nothing in the wrapper, and reaches the application all the same. */
import test from 'ava'
import { openStage, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { countWatches } from '../../support/proc.ts'

const HOSTILE: Readonly<Record<string, string>> = {
  CHOKIDAR_USEPOLLING: '1',
  CHOKIDAR_INTERVAL: '3600000',
  BUN_OPTIONS: '--version',
  BUN_BE_BUN: '1',
  BUN_INSPECT: '1',
  BUN_CONFIG_VERBOSE_FETCH: 'curl',
  NODE_OPTIONS: '--require /no/such/file.js',
  NODE_CHANNEL_FD: '3',
}

const PATH = '/usr/bin:/bin'

for (const [name, value] of Object.entries(HOSTILE)) {
  test(`${name}=${value} changes nothing, and reaches the command`, async (t) => {
    const stage = openStage(t)
    const wrapper = stage.start(['--wait-file', 'flag', '--', '/bin/cat', '/proc/self/environ'], {
      env: { PATH, [name]: value },
    })
    await eventually('it watches', () => countWatches(wrapper.pid) > 0)
    stage.write('flag')
    const end = await wrapper.end
    t.is(end.code, 0)
    t.is(end.stdout, `PATH=${PATH}\0${name}=${value}\0`)
  })
}

test('.env files in the working directory are the application’s own', async (t) => {
  const stage = openStage(t)
  for (const name of ['.env', '.env.local', '.env.production', '.env.development']) {
    stage.write(name, 'CHOKIDAR_USEPOLLING=1\nPATH=/nowhere\nLEAKED=yes\n')
  }
  const end = await stage.run(['--', 'cat', '/proc/self/environ'], { env: { PATH } })
  t.is(end.stdout, `PATH=${PATH}\0`)
})

test('bunfig.toml, package.json and tsconfig.json in the working directory run no code', async (t) => {
  const stage = openStage(t)
  stage.write('bunfig.toml', 'preload = ["./evil.ts"]\n')
  stage.write('evil.ts', 'require("node:fs").writeFileSync("evil-ran", "")\n')
  stage.write('package.json', '{"type": 1, "main": 2')
  stage.write('tsconfig.json', '{"extends": "./nothing"')
  const end = await stage.run(['--', ...sh('echo fine')])
  t.is(end.stdout, 'fine\n')
  t.is(end.code, 0)
  t.false(stage.has('evil-ran'))
})
