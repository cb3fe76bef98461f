/** The command gets what the kubelet would have given it: the same bytes, descriptors, signals, and nothing of ours. */
import test from 'ava'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { constants, openSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { MASK_SIGNALS, openStage, type Runtime, sh, type StartOptions } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { parseStat, readStat } from '../../support/proc.ts'

/** Node would turn bytes that are no UTF-8 into something else; the shell and env(1) hand on what they are given. */
const SHELL = ['sh', '-c']

test('the command has the same argv bytes: empty words, newlines, what is no UTF-8', async (t) => {
  const stage = openStage(t)
  const prefix = [...SHELL, 'exec "$@" "$(printf "\\377\\376x")" "" "two\nlines" " " "\\\\" "-- " "é"', 'sh']
  const end = await stage.run(['--', ...sh('cat /proc/$$/cmdline')], { prefix })
  const words = ['sh', '-c', 'cat /proc/$$/cmdline', 'sh', '\xff\xfex', '', 'two\nlines', ' ', '\\', '-- ', 'Ã©']
  t.is(end.bytes.toString('latin1'), words.map((word) => `${word}\0`).join(''))
})

for (const flags of [[], ['--exec']]) {
  test(`the command has the same environment bytes, and nothing is added ${flags.join(' ')}`, async (t) => {
    const stage = openStage(t)
    const script = 'exec env -i "A=$(printf "\\377\\376")" "odd-name.1=x" "EMPTY=" "TWO=a\nb" "PATH=$PATH" "$@"'
    const prefix = [...SHELL, script, 'sh']
    const words = [...flags, '--', '/bin/cat', '/proc/self/environ']
    const end = await stage.run(words, { prefix, env: { PATH: '/usr/bin:/bin' } })
    const variables = ['A=\xff\xfe', 'odd-name.1=x', 'EMPTY=', 'TWO=a\nb', 'PATH=/usr/bin:/bin']
    t.is(end.bytes.toString('latin1'), variables.map((variable) => `${variable}\0`).join(''))
  })
}

test('an empty environment stays empty', async (t) => {
  const end = await openStage(t).run(['--', '/bin/cat', '/proc/self/environ'], { prefix: ['env', '-i'] })
  t.is(end.stdout, '')
  t.is(end.code, 0)
})

test('stdin reaches the command byte for byte', async (t) => {
  const stage = openStage(t)
  const input = randomBytes(1_000_000)
  const wrapper = stage.start(['--', 'sha256sum'])
  wrapper.stdin.end(input)
  t.is((await wrapper.end).stdout.split(' ')[0], createHash('sha256').update(input).digest('hex'))
})

// O_NONBLOCK belongs to the open file description (fcntl(2)), which the command shares with the wrapper.
const SAY_STREAMS =
  'until [ -e go ]; do sleep 0.02; done; for n in 0 1 2; do grep flags "/proc/$$/fdinfo/$n" >> flags; done'
const PROBES: Readonly<Record<string, readonly string[]>> = {
  'no probe': [],
  'an exec probe': ['--ready-exec', '["true"]'],
  'a probe by HTTP': ['--ready-probe', '{"httpGet":{"port":1},"periodSeconds":1}'],
  'a probe by TCP': ['--ready-tcp', '127.0.0.1:1'],
  'a postStart hook': ['--post-start', '{"exec":{"command":["true"]}}'],
  'a wait': ['--wait-file', 'flag'],
  'a wait for a port': ['--wait-for', 'tcp://127.0.0.1:PORT'],
  retries: ['--retries', '1', '--ready-exec', '["true"]'],
}

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  for (const [what, flags] of Object.entries(PROBES)) {
    test(`the command’s streams stay as they were given: ${what} (${runtime})`, async (t) => {
      const stage = openStage(t)
      const server = createServer().listen(0, '127.0.0.1')
      t.teardown(() => server.close())
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      stage.write('flag')
      const words = flags.map((word) => word.replace('PORT', String(port)))
      const wrapper = stage.member('app', [...words, '--', ...sh(SAY_STREAMS)], { runtime })
      const exec = flags.includes('--ready-exec')
      await stage.appears(exec ? 'run/app/ready' : 'run/app/started')
      stage.write('go')
      t.is((await wrapper.end).code, 0)
      const modes = stage
        .read('flags')
        .trim()
        .split('\n')
        .map((line) => Number.parseInt(line.replace(/\D+/, ''), 8))
      t.deepEqual(
        modes.map((mode) => mode & constants.O_NONBLOCK),
        [0, 0, 0],
      )
    })
  }
}

test('the command leads a process group of its own, in the session of the wrapper', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--', ...sh('cat /proc/$$/stat; echo $$; read go')])
  await eventually('it has spoken', () => wrapper.stdout().split('\n').length === 3)
  const [text = '', pid = ''] = wrapper.stdout().split('\n')
  const stat = parseStat(text)
  t.is(stat.group, Number(pid))
  t.is(stat.session, readStat(wrapper.pid)?.session ?? -1)
  t.is(stat.parent, wrapper.pid)
})

test('no descriptor leaks: neither ours nor what we were started with', async (t) => {
  const stage = openStage(t)
  stage.write('flag')
  const descriptors = Array.from({ length: 5 }, () => openSync('/dev/null', 'r'))
  const end = await stage.member('app', ['--wait-file', 'flag', '--', ...sh('ls /proc/$$/fd; :')], { descriptors }).end
  t.is(end.stdout, '0\n1\n2\n')
})

const STATES: readonly (readonly [string, StartOptions])[] = [
  ['started plainly', {}],
  ['started with signals blocked and ignored', { prefix: MASK_SIGNALS }],
]

for (const [how, options] of STATES) {
  for (const mode of ['', '--exec']) {
    test(`the command has default signal dispositions and an empty mask: wrapper ${how} ${mode}`, async (t) => {
      const stage = openStage(t)
      const flags = mode === '' ? [] : [mode]
      const end = await stage.run([...flags, '--', 'cat', '/proc/self/status'], options)
      const mask = (name: string) => new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(end.stdout)?.[1]
      for (const name of ['SigBlk', 'SigIgn', 'SigCgt']) t.regex(mask(name) ?? '', /^0+$/, name)
    })
  }
}

test('a wrapper started with signals blocked and ignored still obeys them', async (t) => {
  const stage = openStage(t)
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    const wrapper = stage.start(['--wait-file', 'never', '--', 'true'], { prefix: MASK_SIGNALS })
    await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
    wrapper.signal(signal)
    t.is((await wrapper.end).code, code)
  }
})

test('the command runs where the wrapper was started', async (t) => {
  const stage = openStage(t)
  t.is((await stage.run(['--', 'pwd'])).stdout, `${stage.dir}\n`)
})
