/** What is meant for the application changes nothing in the wrapper, and reaches the application all the same. */
import test from 'ava'
import { readdirSync } from 'node:fs'
import { openStage, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { countSockets, countWatches, listVisibleVariables } from '../../support/proc.ts'

/** What the engine would obey: by opening a port, writing a file, ending, running something else, or saying something. */
const HOSTILE: Readonly<Record<string, string>> = {
  CHOKIDAR_USEPOLLING: '1',
  CHOKIDAR_INTERVAL: '3600000',
  BUN_OPTIONS: '--version',
  BUN_BE_BUN: '1',
  BUN_INSPECT: 'ws://127.0.0.1:0/debugger',
  BUN_INSPECT_CONNECT_TO: 'ws://127.0.0.1:1/debugger',
  BUN_BYTECODE_ORDER_OUT: 'order.txt',
  BUN_JSC_noSuchOption: '1',
  BUN_JSC_maxPerThreadStackUsage: '100',
  BUN_JSC_dumpOptions: '1',
  JSC_dumpOptions: '1',
  MIMALLOC_SHOW_STATS: '1',
  mimalloc_verbose: '1',
  NODE_COMPILE_CACHE: 'cache',
  NODE_REDIRECT_WARNINGS: 'warnings.txt',
  NODE_EXTRA_CA_CERTS: '/no/such/file.pem',
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
    t.is(countSockets(wrapper.pid), 0, 'it opens no port')
    stage.write('flag')
    const end = await wrapper.end
    t.is(end.code, 0)
    t.is(end.stdout, `PATH=${PATH}\0${name}=${value}\0`)
    t.is(end.stderr.replaceAll(/^\S+ entrypoint: (?:waiting for|started, pid|Completed).*\n/gm, ''), '')
    t.deepEqual(readdirSync(stage.dir), ['flag'], 'it writes nothing')
  })
}

/** Names that no engine has: what begins as the engine's names do is hidden from it. */
const ENGINES: readonly string[] = [
  ...['BUN_ANY', 'bun_any', 'JSC_any', 'JavaScriptCoreAny', 'WTF_any', 'WebKitAny', 'GIGACAGE_ANY', 'MIMALLOC_ANY'],
  ...[
    'mimalloc_any',
    'MallocAny',
    'UV_ANY',
    'ICU_ANY',
    'LSQUIC_ANY',
    'OPENSSL_any',
    'SIMDUTF_ANY',
    'CARES_ANY',
    'GOMAXPROCS',
  ],
]
/** Begins like one of them, and is none. */
const OTHERS: readonly string[] = ['BUNDLE', 'B', 'NODENAME', 'MY_BUN_ANY', 'UVA', 'TZ', 'LANG']

test('the engine sees no variable that is named like its own, whatever the rest of the name; the command sees all', async (t) => {
  const stage = openStage(t)
  const names = [...OTHERS, ...ENGINES, 'NODE_ANY', 'NODE_CHANNEL_ANY']
  const env = { PATH, ...Object.fromEntries(names.map((name) => [name, 'x'])) }
  const wrapper = stage.start(['--wait-file', 'flag', '--', '/bin/cat', '/proc/self/environ'], { env })
  await eventually('it watches', () => countWatches(wrapper.pid) > 0)
  t.deepEqual(listVisibleVariables(wrapper.pid), ['PATH', ...OTHERS])
  stage.write('flag')
  t.is((await wrapper.end).stdout, [`PATH=${PATH}`, ...names.map((name) => `${name}=x`), ''].join('\0'))
})

test('a probe sees them too', async (t) => {
  const stage = openStage(t)
  const env = { PATH, BUN_ANY: 'x', NODE_ANY: 'y', mimalloc_any: 'z' }
  const probe = JSON.stringify(sh('cat /proc/self/environ > seen.new; mv seen.new seen'))
  stage.start(['--ready-exec', probe, '--', ...sh('while :; do sleep 0.1; done')], { env })
  await stage.appears('seen')
  const seen = stage.read('seen').split('\0')
  for (const [name, value] of Object.entries(env)) t.true(seen.includes(`${name}=${value}`), name)
})

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
