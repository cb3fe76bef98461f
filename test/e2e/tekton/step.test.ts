/** How a step runs: what it waits for, gets, and is stopped by. A test named `repaired:` shows what Tekton's own does not do. */
import test from 'ava'
import { readdirSync } from 'node:fs'
import { ECHO_SIGNALS, kill, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { findProcessesIn, isCaught, isRunning } from '../../support/proc.ts'
import { openTekton, STEP, type TektonStage } from '../../support/tekton.ts'

const WAIT = ['-wait_file', '/tekton/run/1/out']
/** The flags of step 1, for which step 0 of the other tests waits. */
const STEP_1 = ['-post_file', '/tekton/run/1/out', '-step_metadata_dir', '/tekton/run/1/status']
const PATH = process.env['PATH'] ?? ''

const run = (flags: readonly string[], [program = '', ...args]: readonly string[]) => [
  ...[...flags, '-entrypoint', program, '--'],
  ...args,
]
const waits = (stage: TektonStage) => stage.appears('tekton/run/0/status/artifacts')
const pidIn = (stage: TektonStage, name: string) =>
  eventually(`${name} holds a pid`, () => {
    const text = stage.has(name) ? stage.read(name) : ''
    return text.endsWith('\n') && Number(text)
  })
const isGone = (pid: number) => eventually(`${pid} is gone`, () => !isRunning(pid))

test('it starts when its predecessor has said so, and not before', async (t) => {
  const stage = openTekton(t)
  const step = stage.step(run([...STEP, ...WAIT], sh('echo ran > /tekton/results/ran')))
  await waits(stage)
  t.false(stage.has('tekton/results/ran'))
  stage.write('tekton/run/1/out', '')
  t.is((await step.end).code, 0)
  t.is(stage.read('tekton/results/ran'), 'ran\n')
  t.is(stage.read('tekton/run/0/out'), '')
})

test('with content asked for, an empty file is not enough', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/downward/ready', '')
  const flags = [...STEP, '-wait_file', '/tekton/downward/ready', '-wait_file_content']
  const step = stage.step(run(flags, ['true']))
  await waits(stage)
  stage.write('tekton/downward/other', 'something else')
  t.false(stage.has('tekton/run/0/out'))
  stage.write('tekton/downward/ready', 'READY')
  t.is((await step.end).code, 0)
})

test('a chain of steps, all started at once, runs in order', async (t) => {
  const stage = openTekton(t)
  const steps = [0, 1, 2, 3, 4].map((index) => {
    const wait = index === 0 ? [] : ['-wait_file', `/tekton/run/${index - 1}/out`]
    const own = ['-post_file', `/tekton/run/${index}/out`, '-step_metadata_dir', `/tekton/run/${index}/status`]
    return stage.step(run([...own, ...wait], sh(`echo ${index} >> /tekton/results/order`)))
  })
  for (const step of steps) t.is((await step.end).code, 0)
  t.is(stage.read('tekton/results/order'), '0\n1\n2\n3\n4\n')
})

test('signals reach the command’s whole group', async (t) => {
  const stage = openTekton(t)
  const step = stage.step(run(STEP, ECHO_SIGNALS))
  await eventually('it is ready', () => step.stdout().includes('ready'))
  step.signal('SIGUSR1')
  await eventually('the signal is there', () => step.stdout().includes('SIGUSR1'))
  step.signal('SIGTERM')
  t.is((await step.end).code, 0)
})

test('real-time signals reach it too', async (t) => {
  const stage = openTekton(t)
  const step = stage.step(run(STEP, sh('trap "echo got it; exit 0" 37; echo ready; while :; do sleep 0.05; done')))
  await eventually('it is ready', () => step.stdout().includes('ready'))
  await eventually('the signal is taken', () => isCaught(step.pid, 37))
  step.signal(37)
  t.like(await step.end, { code: 0, stdout: 'ready\ngot it\n' })
})

test('there is nothing to read on stdin', async (t) => {
  const stage = openTekton(t)
  const step = stage.step(run(STEP, ['cat']))
  step.stdin.write('not for it\n')
  const end = await step.end
  t.is(end.code, 0)
  t.is(end.stdout, '')
})

test('output is copied to files, both into one if asked', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/log/both', 'before\n')
  const flags = [...STEP, '-stdout_path', '/tekton/log/both', '-stderr_path', '/tekton/log/both']
  const end = await stage.runStep(run(flags, sh('echo out; echo err >&2')))
  t.is(end.stdout, 'out\n')
  t.is(end.stderr, 'err\n')
  // Two pipes: which of them is read first is nobody's promise.
  t.regex(stage.read('tekton/log/both'), /^before\n(?:out\nerr|err\nout)\n$/)
})

test('the platform’s own command, and the variable stays visible', async (t) => {
  const stage = openTekton(t)
  const command = ['sh', '-c', 'echo "$1 ${TEKTON_PLATFORM_COMMANDS:+seen}"', 'sh']
  const commands = JSON.stringify({ 'linux/amd64': command, 'linux/arm64': command })
  const end = await stage.runStep([...STEP, '--', 'word'], { env: { PATH, TEKTON_PLATFORM_COMMANDS: commands } })
  t.is(end.stdout, 'word seen\n', end.stderr)
})

test('no command for this platform: exit 1, and no files', async (t) => {
  const stage = openTekton(t)
  const end = await stage.runStep([...STEP, '--', 'word'], {
    env: { PATH, TEKTON_PLATFORM_COMMANDS: '{"plan9/mips":[]}' },
  })
  t.is(end.code, 1)
  t.regex(end.stderr, /could not find command for platform/)
  t.deepEqual(readdirSync(stage.path('tekton/run/0')), [])
  t.false(stage.has('tekton/termination'))
})

test('help is exit 0, a wrong flag is exit 2, both with the usage on stderr and no files', async (t) => {
  const stage = openTekton(t)
  for (const [flag, code] of [
    ['-h', 0],
    ['-no_such_flag', 2],
  ] as const) {
    const end = await stage.runStep([...STEP, flag, '-entrypoint', 'true'])
    t.is(end.code, code)
    t.is(end.stdout, '')
    t.regex(end.stderr, /^ {2}-step_metadata_dir DIR/m)
    t.deepEqual(readdirSync(stage.path('tekton/run/0')), [])
  }
})

test('a metadata directory that cannot be made: exit 1, and no flag', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/run/0/status', 'a file')
  const end = await stage.runStep(run(STEP, ['true']))
  t.is(end.code, 1)
  t.deepEqual(readdirSync(stage.path('tekton/run/0')), ['status'])
})

test('a flag that cannot be written: exit 1', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/run/0/file', '')
  const end = await stage.runStep(run(['-post_file', '/tekton/run/0/file/out'], ['true']))
  t.is(end.code, 1)
  t.regex(end.stderr, /cannot write \/tekton\/run\/0\/file\/out/)
})

const HERMETIC = { PATH, TEKTON_HERMETIC: '1' }
/** How many networks there are, its number, its user, and whether a signal is blocked or ignored. */
const LOOK = 'grep -c : /proc/net/dev; echo $$; id -u; grep -cE "^Sig(Blk|Ign):[[:space:]]*0*$" /proc/self/status'

test('without a network: nothing but a loopback that is down', async (t) => {
  const stage = openTekton(t)
  const end = await stage.runStep(run(STEP, sh(LOOK)), { env: HERMETIC })
  t.is(end.stdout, '1\n1\n0\n2\n', end.stderr)
  const free = await stage.runStep(run(STEP, sh(LOOK)), { env: { ...HERMETIC, TEKTON_RESOURCE_NAME: 'x' } })
  t.notRegex(free.stdout, /^1\n/)
})

test('without a network: exit codes, signals, copies of the output and a command that is not there are as ever', async (t) => {
  const stage = openTekton(t)
  const failing = await stage.runStep(run(STEP, sh('exit 7')), { env: HERMETIC })
  t.is(failing.code, 7)
  const copied = await stage.runStep(
    run(
      [...STEP, '-stdout_path', '/tekton/run/0/copy', '-stderr_path', '/tekton/run/0/errors'],
      sh('echo said; echo wrong >&2'),
    ),
    { env: HERMETIC },
  )
  t.deepEqual([copied.code, copied.stdout], [0, 'said\n'], copied.stderr)
  t.deepEqual([stage.read('tekton/run/0/copy'), stage.read('tekton/run/0/errors')], ['said\n', 'wrong\n'])
  const absent = await stage.runStep(run(STEP, ['no-such-program']), { env: HERMETIC })
  t.is(absent.code, 1)
  t.regex(absent.stderr, /cannot start no-such-program: not found in PATH=/)
  const step = stage.step(
    run(
      [...STEP, '-timeout', '1h'],
      sh('trap "echo told; exit 0" TERM; touch /tekton/run/0/up; while :; do sleep 0.02; done'),
    ),
    {
      env: HERMETIC,
    },
  )
  await stage.appears('tekton/run/0/up')
  step.signal('SIGTERM')
  const told = await step.end
  t.deepEqual([told.code, told.stdout], [0, 'told\n'], told.stderr)
})

test('without a network, where no namespace can be made: the step fails, and is not run with one', async (t) => {
  const stage = openTekton(t)
  const end = await stage.runStep(run(STEP, ['true']), {
    env: HERMETIC,
    as: 'root in name only, where no user namespaces are allowed',
  })
  t.is(end.code, 1)
  t.true(stage.has('tekton/run/0/out.err'))
  t.regex(end.stderr, /cannot start true without a network: no user namespace can be made here .*CAP_SYS_ADMIN/)
})

test('without a network, and with hardly a descriptor: the step runs as ever, or not at all', async (t) => {
  const stage = openTekton(t)
  const told: string[] = []
  for (let mostDescriptors = 6; mostDescriptors <= 12; mostDescriptors++) {
    const end = await stage.runStep(run(STEP, sh('cat /proc/self/uid_map')), { env: HERMETIC, mostDescriptors })
    t.regex(end.stdout, end.code === 0 ? /^ +0 +0 +\d+\n$/ : /^$/, end.stderr)
    told.push(end.stderr)
  }
  t.regex(told.join(''), /cannot start sh without a network: no file descriptor is left/)
})

test('at a breakpoint the message is there before the user decides', async (t) => {
  const stage = openTekton(t)
  const step = stage.step(run([...STEP, '-breakpoint_on_failure'], sh('exit 3')))
  await stage.appears('tekton/termination')
  await eventually('it tells what it waits for', () => step.stderr().includes('/tekton/run/0/out.breakpointexit'))
  t.false(stage.has('tekton/run/0/out') || stage.has('tekton/run/0/out.err'))
  stage.write('tekton/run/0/out', '')
  stage.write('tekton/run/0/out.breakpointexit', '0\n')
  t.is((await step.end).code, 0)
})

test('the downward API replaces a whole directory; the cancellation is seen', async (t) => {
  const stage = openTekton(t)
  const end = stage.step(
    run(
      STEP,
      sh(`
      mkdir /tekton/downward/..new; printf CANCEL > /tekton/downward/..new/cancel
      ln -s ..new /tekton/downward/..data_tmp; mv -T /tekton/downward/..data_tmp /tekton/downward/..data
      ln -s ..data/cancel /tekton/downward/cancel; sleep 100`),
    ),
  )
  t.is((await end.end).code, 9)
})

test('repaired: a timeout ends the whole process group', async (t) => {
  const stage = openTekton(t)
  const end = await stage.runStep(run([...STEP, '-timeout', '500ms'], sh('sleep 100 & wait')))
  t.is(end.code, 1)
  await eventually('nobody of its group is left', () => findProcessesIn(stage.dir).length === 0)
})

test('repaired: a cancellation ends the whole process group', async (t) => {
  const stage = openTekton(t)
  const step = stage.step(run(STEP, sh('sleep 100 & echo $! > /tekton/results/pid; wait')))
  const pid = await pidIn(stage, 'tekton/results/pid')
  stage.write('tekton/downward/cancel', 'CANCEL')
  t.is((await step.end).code, 9)
  await isGone(pid)
})

test('repaired: who holds the copied output open does not hold the step', async (t) => {
  const stage = openTekton(t)
  const flags = [...STEP, '-stdout_path', '/tekton/log']
  const end = await stage.step(run(flags, sh('setsid sleep 100 & echo said'))).gone
  t.is(end.code, 0)
  t.is(stage.read('tekton/log'), 'said\n')
})

test('repaired: a predecessor that dies without a word is noticed', async (t) => {
  const stage = openTekton(t)
  const first = stage.step(run(STEP_1, ['sleep', '100']))
  const second = stage.step(run([...STEP, ...WAIT], ['true']))
  await Promise.all([waits(stage), stage.appears('tekton/run/1/alive.sock')])
  kill(first.pid, 'SIGKILL')
  const end = await second.end
  t.is(end.code, 1)
  t.true(stage.has('tekton/run/0/out.err'))
  t.regex(end.stderr, /was killed before it could report how it ended/)
})

test('repaired: without a metadata directory nothing is made in the working directory', async (t) => {
  const stage = openTekton(t)
  const before = readdirSync(stage.dir)
  t.is((await stage.runStep(run(['-post_file', '/tekton/run/0/out'], ['true']))).code, 0)
  t.deepEqual(readdirSync(stage.dir), before)
  t.true(stage.has('tekton/run/0/out'))
})

test('repaired: SIGINT while waiting is told to the others', async (t) => {
  const stage = openTekton(t)
  const step = stage.step(run([...STEP, ...WAIT], ['true']))
  await waits(stage)
  step.signal('SIGINT')
  t.is((await step.end).code, 130)
  t.true(stage.has('tekton/run/0/out.err'))
})
