/** What a wrapper is given to live in: limits that the command gets as they came, a stderr that nobody reads, and less. */
import test from 'ava'
import { execFileSync } from 'node:child_process'
import { openStage, readEvents, sh, type Runtime } from '../../support/entrypoint.ts'
import { IS_ROOT, makePipe } from '../../support/hostile-files.ts'

const RUNTIMES: readonly Runtime[] = ['executable', 'node']

/** Runs its arguments under other limits: ulimit's letter, soft limit. */
const limit = (...limits: readonly string[]): readonly string[] => [
  'bash',
  '-c',
  `${limits.map((each) => `ulimit -S${each}`).join('; ')}; exec "$@"`,
  'bash',
]

const ASK = ['bash', '-c', 'for l in n s c u; do ulimit -S$l; ulimit -H$l; done']

for (const exec of [[], ['--exec']]) {
  test(`the command has the limits that came in: ${exec.join('') || 'wrapped'}`, async (t) => {
    const stage = openStage(t)
    const lower = limit('n 193', 's 4096', 'c 0')
    const outside = execFileSync(lower[0] ?? '', [...lower.slice(1), ...ASK], { encoding: 'utf8' })
    const inside = await stage.run([...exec, '--', ...ASK], { prefix: lower })
    t.is(inside.stdout, outside)
    t.regex(outside, /^193\n/)
  })
}

/** Runs its arguments with a pipe for stderr that is full, and that nobody reads. */
const unread = (pipe: string): readonly string[] => [
  ...[
    'bash',
    '-c',
    'p=$0; exec 3<>"$p"; dd if=/dev/zero of="$p" bs=1 oflag=nonblock 2>/dev/null; exec "$@" 2>"$p"',
    pipe,
  ],
]

for (const runtime of RUNTIMES) {
  test(`a stderr that nobody reads holds nothing up, and loses no flag: ${runtime}`, async (t) => {
    const stage = openStage(t)
    const pipe = stage.path('pipe')
    makePipe(pipe)
    const { code } = await stage.member('a', ['--', 'true'], { runtime, prefix: unread(pipe) }).end
    t.is(code, 0)
    t.true(stage.has('run/a/completed'))
  })

  test(`the command finds its stderr as it was: ${runtime}`, async (t) => {
    const stage = openStage(t)
    const pipe = stage.path('pipe')
    makePipe(pipe)
    // O_NONBLOCK (04000) would be among the flags.
    const ask = sh('until [ -e run/a/started ]; do :; done; grep flags /proc/self/fdinfo/2')
    const { stdout } = await stage.member('a', ['--', ...ask], { runtime, prefix: unread(pipe) }).end
    t.regex(stdout, /^flags:\s+0100001$/m)
  })

  test(`lines that nobody read are counted, and that is told to whoever reads again: ${runtime}`, async (t) => {
    const stage = openStage(t)
    const pipe = stage.path('pipe')
    makePipe(pipe)
    // The command empties the pipe itself, and keeps it open until the wrapper has ended.
    const empty =
      'until [ -e run/a/ready ]; do :; done; read -r _ < gate; dd if=pipe bs=1M iflag=nonblock of=/dev/null 2>&1; true'
    makePipe(stage.path('gate'))
    // Measured by a process, it is ready after its first line has been dropped.
    const wrapper = stage.member('a', ['--ready-exec', '["true"]', '--', ...sh(empty)], {
      runtime,
      prefix: unread(pipe),
    })
    const reader = stage.start([
      '--quiet',
      '--',
      ...sh('until [ -e run/a/ready ]; do :; done; exec 3<pipe; echo go > gate; cat <&3'),
    ])
    t.is((await wrapper.end).code, 0)
    const lines = readEvents((await reader.end).stdout.replaceAll('\0', ''))
    t.regex(lines.join('\n'), /^(?:\d+ lines were|1 line was) dropped: nothing read stderr\n(?:ready\n)?Completed$/)
  })

  test(`a stderr that is closed, or whose reader is gone, changes nothing: ${runtime}`, async (t) => {
    const stage = openStage(t)
    for (const [index, how] of ['2>&-', '2>/dev/full', '2> >(exit)'].entries()) {
      const prefix = ['bash', '-c', `exec "$@" ${how}`, 'bash']
      const { code } = await stage.member(`a${index}`, ['--', 'true'], { runtime, prefix }).end
      t.is(code, 0, how)
    }
  })
}

test('where no process is left to be had, that is said in a line, and in the exit code', async (t) => {
  if (!IS_ROOT) {
    t.pass('only another user than root is counted')
    return
  }
  const stage = openStage(t)
  const few = [
    'setpriv',
    '--reuid=61234',
    '--regid=61234',
    '--clear-groups',
    'bash',
    '-c',
    'ulimit -u 1; exec "$@"',
    'bash',
  ]
  const { code, stderr } = await stage.run(['--', '/bin/true'], { prefix: few })
  t.is(code, 126, stderr)
  t.deepEqual(readEvents(stderr), [
    'StartError: /bin/true: no more processes are allowed here (EAGAIN); raise the pids limit, or the limit of this user',
  ])
})

test('with hardly a file descriptor, the command and its copies run whole, or a line says what is missing', async (t) => {
  const stage = openStage(t)
  const told: string[] = []
  for (let most = 6; most <= 16; most++) {
    const copies = ['--stdout-path', `out${most}`, '--stderr-path', `err${most}`]
    const command = sh('echo out; echo err >&2')
    const { code, stdout, stderr } = await stage.run([...copies, '--', ...command], { prefix: limit(`n ${most}`) })
    told.push(stderr)
    t.notRegex(stderr, /^\s+at |^\d+ \| |unexpected/m)
    if (code !== 0) continue
    t.is(stdout, 'out\n')
    t.deepEqual([stage.read(`out${most}`), stage.read(`err${most}`)], ['out\n', 'err\n'])
  }
  t.regex(told.join(''), /StartError: sh: no file descriptor is left for a copy of its output\n/)
})

test('a working directory that was removed is told in a line', async (t) => {
  const stage = openStage(t)
  const gone = ['bash', '-c', 'mkdir gone; cd gone; rmdir ../gone; exec "$@"', 'bash']
  for (const [runtime, expected] of [
    ['executable', 1],
    ['node', 0],
  ] as const) {
    const { code, stderr } = await stage.run(['--', '/bin/true'], { runtime, prefix: gone })
    t.is(code, expected, stderr)
    t.false(/\n\s+at /.test(stderr), stderr)
  }
})
