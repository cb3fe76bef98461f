/** Job control: a shell stops, continues and brings to the foreground what runs behind a wrapper as it does without one. */
import test, { type ExecutionContext } from 'ava'
import { ECHO_SIGNALS, openStage, type Stage, type Wrapper } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { readChildren, readStat } from '../../support/proc.ts'

/** A shell with job control on a terminal of its own, which script(1) makes; $ENTRY is the program. */
const SHELL = ['sh', '-c', 'export ENTRY="$1"; exec script --quiet --return --command "exec sh -i -m" /dev/null', 'sh']
/** The program itself is the first process of the terminal. */
const FIRST = [
  'sh',
  '-c',
  'for word; do line="$line \'$word\'"; done; exec script --quiet --return --command "exec $line" /dev/null',
  'sh',
]

const CTRL_C = '\x03'
const CTRL_Z = '\x1a'

/** Says two lines that it reads; what is typed is not what it says. */
const READER = `sh -c 'touch ran; read a; echo "a is $a"; read b; echo "b is $b"'`

interface Typed {
  readonly stage: Stage
  readonly shell: Wrapper
  readonly type: (text: string) => void
  readonly says: (words: string) => Promise<unknown>
}

function openShell(t: ExecutionContext): Typed {
  const stage = openStage(t)
  const shell = stage.start([], { prefix: SHELL })
  return {
    stage,
    shell,
    type: (text) => shell.stdin.write(text),
    says: (words) => eventually(`it says ${words}`, () => shell.stdout().includes(words)),
  }
}

/** Its process, by the flag `up`. */
async function findCommand(stage: Stage): Promise<number> {
  await stage.appears('up')
  return stage.record('up')?.pid ?? Number.NaN
}

const isStopped = (pid: number): boolean => readStat(pid)?.state === 'T'

test('Ctrl-Z stops the command and its wrapper, fg continues both, and the terminal is the command’s again', async (t) => {
  const { stage, type, says } = openShell(t)
  type(`"$ENTRY" --quiet --started-file up -- ${READER}\n`)
  await stage.appears('ran')
  const command = await findCommand(stage)
  const wrapper = readStat(command)?.parent ?? Number.NaN
  type('one\n')
  await says('a is one')
  type(CTRL_Z)
  await eventually('both are stopped', () => isStopped(command) && isStopped(wrapper))
  type('echo "the shell is $((40 + 2))"\n')
  await says('the shell is 42')
  t.true(isStopped(command) && isStopped(wrapper))
  type('fg\n')
  await eventually('it has the terminal', () => readStat(command)?.foreground === command && !isStopped(command))
  type('two\n')
  await says('b is two')
  type('echo "its code is $?"\n')
  await says('its code is 0')
})

test('Ctrl-Z while waiting stops the wrapper; fg continues the wait', async (t) => {
  const { stage, shell, type, says } = openShell(t)
  type('"$ENTRY" --wait-file flag -- sh -c \'echo "it came $((40 + 2))"\'\n')
  await says('waiting for')
  const [inner = Number.NaN] = readChildren(shell.pid)
  const [wrapper = Number.NaN] = readChildren(inner)
  type(CTRL_Z)
  await eventually('it is stopped', () => isStopped(wrapper))
  stage.write('flag')
  type('echo "the shell is $((40 + 2))"\n')
  await says('the shell is 42')
  t.true(isStopped(wrapper))
  type('fg\n')
  await says('it came 42')
})

test('what takes SIGTSTP itself is not stopped, nor is its wrapper', async (t) => {
  const { stage, shell, type, says } = openShell(t)
  type(`"$ENTRY" --quiet --started-file up -- ${ECHO_SIGNALS.join(' ')}\n`)
  await says('ready')
  type(CTRL_Z)
  await says('SIGTSTP')
  type(CTRL_C)
  await says('SIGINT')
  process.kill(await findCommand(stage), 'SIGTERM')
  type('echo "its code is $?"\n')
  await says('its code is 0')
  t.notRegex(shell.stdout(), /Stopped/)
})

test('what reads from the terminal in the background stops, and gets it with fg', async (t) => {
  const { stage, type, says } = openShell(t)
  type(`"$ENTRY" --quiet --started-file up -- ${READER} &\n`)
  await stage.appears('ran')
  const command = await findCommand(stage)
  const wrapper = readStat(command)?.parent ?? Number.NaN
  await eventually('both are stopped', () => isStopped(command) && isStopped(wrapper))
  type('fg\n')
  await eventually('it has the terminal', () => readStat(command)?.foreground === command)
  type('one\ntwo\n')
  await says('b is two')
  t.pass()
})

test('what is brought to the foreground while it runs can read from there', async (t) => {
  const { stage, type, says } = openShell(t)
  const waits = `sh -c 'touch ran; until [ -e go ]; do sleep 0.05; done; read a; echo "a is $a"'`
  type(`"$ENTRY" --quiet --started-file up -- ${waits} &\n`)
  await stage.appears('ran')
  const command = await findCommand(stage)
  const wrapper = readStat(command)?.parent ?? Number.NaN
  type('fg\n')
  // Some shells send SIGCONT in any case, and then it is the command's already.
  await eventually('one of them has the terminal', () =>
    [wrapper, command].includes(readStat(command)?.foreground ?? Number.NaN),
  )
  stage.write('go')
  type('one\n')
  await says('a is one')
  t.pass()
})

test('where nobody could continue it, Ctrl-Z does not hold the command up', async (t) => {
  const stage = openStage(t)
  const words = ['--quiet', '--', 'sh', '-c', 'echo ready; while read a; do echo "a is $a"; done']
  const wrapper = stage.start(words, { prefix: FIRST })
  await eventually('it is ready', () => wrapper.stdout().includes('ready'))
  for (const line of ['one', 'two', 'three']) {
    wrapper.stdin.write(CTRL_Z)
    wrapper.stdin.write(`${line}\n`)
    await eventually('it has read on', () => wrapper.stdout().includes(`a is ${line}`))
  }
  wrapper.stdin.write('\x04')
  t.is((await wrapper.end).code, 0)
})

test('SIGSTOP is for the command alone, and SIGCONT to the wrapper continues it', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--started-file', 'up', '--', 'sh', '-c', 'echo ready; read a; echo "a is $a"'])
  await eventually('it is ready', () => wrapper.stdout() === 'ready\n')
  const command = await findCommand(stage)
  process.kill(command, 'SIGSTOP')
  await eventually('it is stopped', () => isStopped(command))
  wrapper.stdin.end('one\n')
  t.false(isStopped(wrapper.pid))
  wrapper.signal('SIGCONT')
  t.is((await wrapper.end).stdout, 'ready\na is one\n')
})

test('between two attempts and after the command the terminal is the wrapper’s, and then the script’s', async (t) => {
  const { stage, type, says } = openShell(t)
  type('"$ENTRY" --retries 3 --retry-delay 1h -- false\n')
  await says('next attempt in')
  type(CTRL_C)
  type('echo "its code is $?"\n')
  await says('its code is 1')
  stage.write('script', '"$ENTRY" --quiet -- true\nread a </dev/tty\necho "a is $a"\n')
  type('sh ./script\n')
  type('one\n')
  await says('a is one')
  t.pass()
})
