/** On a terminal the command is in its foreground, so that job control and Ctrl-C work as without a wrapper. */
import test from 'ava'
import { ECHO_SIGNALS, openStage, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { parseStat } from '../../support/proc.ts'

/** script(1) gives what its command runs a terminal, and types into it what comes on its own stdin. */
const ON_A_TERMINAL = [
  'sh',
  '-c',
  'for word; do line="$line \'$word\'"; done; exec script --quiet --return --command "exec $line" /dev/null',
  'sh',
]

const CTRL_C = '\x03'

test('the command is the foreground process group of its terminal', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--quiet', '--', 'cat', '/proc/self/stat'], { prefix: ON_A_TERMINAL })
  const stat = parseStat((await wrapper.end).stdout)
  t.true(stat.group > 0)
  t.is(stat.foreground, stat.group)
})

test('the command can read from its terminal', async (t) => {
  const stage = openStage(t)
  const script = 'echo ready; read line </dev/tty; echo "got $line"'
  const wrapper = stage.start(['--quiet', '--', 'sh', '-c', script], { prefix: ON_A_TERMINAL })
  await eventually('it is ready', () => wrapper.stdout().includes('ready'))
  wrapper.stdin.write('hello\n')
  await eventually('it has read', () => wrapper.stdout().includes('got hello'))
  t.pass()
})

test('Ctrl-C reaches the command once', async (t) => {
  const stage = openStage(t)
  const prefix = ['--quiet', '--post-file', 'done', '--started-file', 'up']
  const wrapper = stage.start([...prefix, '--', ...ECHO_SIGNALS], { prefix: ON_A_TERMINAL })
  await eventually('it is ready', () => wrapper.stdout().includes('ready'))
  wrapper.stdin.write(CTRL_C)
  await eventually('it has got it', () => wrapper.stdout().includes('SIGINT'))
  // The command runs a moment before its wrapper says so.
  await stage.appears('up')
  process.kill(-(stage.record('up')?.pid ?? Number.NaN), 'SIGTERM')
  const end = await wrapper.end
  t.is(end.code, 0)
  t.is(end.stdout.match(/SIGINT/g)?.length, 1)
  t.true(stage.has('done'))
})

test('Ctrl-C while waiting ends the wait', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--wait-file', 'never', '--', ...sh('true')], { prefix: ON_A_TERMINAL })
  await eventually('it waits', () => wrapper.stdout().includes('waiting for'))
  wrapper.stdin.write(CTRL_C)
  t.is((await wrapper.end).code, 130)
})
