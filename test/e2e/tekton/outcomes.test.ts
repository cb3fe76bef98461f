/**
 * What a step leaves behind, for every way in which it can end. With TEKTON_ENTRYPOINT=/path the same table is held against
 * Tekton's own binary; a row with `tekton` is one where ours is repaired, and says what Tekton does. Rows of flags that this
 * binary does not know are left out: v0.53 has neither `-when_expressions` nor `-debug_before_step`, v1.15 has both.
 */
import test from 'ava'
import { sh } from '../../support/entrypoint.ts'
import { isKnown, openTekton, STEP, TEKTON_ENTRYPOINT, type TektonStage } from '../../support/tekton.ts'

interface Left {
  /** `success`: the post file; `failure`: the one with `.err`. */
  readonly flag: 'success' | 'failure' | 'none'
  /** Of the file; undefined: there is none. */
  readonly exitCode?: string
  /** Of the message, besides StartedAt; undefined: there is no message. */
  readonly says?: Readonly<Record<string, string>>
  readonly code: number | NodeJS.Signals
}

interface Row extends Left {
  readonly name: string
  readonly flags?: readonly string[]
  /** The program, and its arguments. */
  readonly command: readonly string[]
  /** Below /tekton. */
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** What happens meanwhile. */
  readonly meanwhile?: (stage: TektonStage, signal: (name: NodeJS.Signals) => void) => Promise<unknown>
  readonly tekton?: Left
}

const NOTHING = {}
const WAIT = ['-wait_file', '/tekton/run/1/out']
const CONTINUE = ['-on_error', 'continue']
/** Says that it runs, and stays. */
const STAYS = sh('touch /tekton/results/runs; sleep 100')
const runs = (stage: TektonStage) => stage.appears('tekton/results/runs')

const TIMEOUT = ['-timeout', '300ms']
const LARGE = sh('head -c 5000 /dev/zero | tr "\\0" x > /tekton/results/large')

const ROWS: readonly Row[] = [
  { name: 'the command exits 0', command: ['true'], flag: 'success', exitCode: '0', says: NOTHING, code: 0 },
  { name: 'it exits 3', command: sh('exit 3'), flag: 'failure', says: NOTHING, code: 3 },
  { name: 'a signal kills it', command: sh('kill -9 $$'), flag: 'failure', says: NOTHING, code: 255 },
  {
    name: 'it exits 3, and the task is to continue',
    flags: CONTINUE,
    command: sh('exit 3'),
    ...{ flag: 'success', exitCode: '3', says: { ExitCode: '3' }, code: 0 },
  },
  {
    name: 'a signal kills it, and the task is to continue',
    flags: CONTINUE,
    command: sh('kill -9 $$'),
    ...{ flag: 'success', exitCode: '-1', says: { ExitCode: '-1' }, code: 0 },
  },
  { name: 'it is not found', command: ['no-such-program'], flag: 'failure', says: NOTHING, code: 1 },
  { name: 'it may not be executed', command: ['/etc/passwd'], flag: 'failure', says: NOTHING, code: 1 },
  {
    name: 'it is not found, also where the task is to continue',
    flags: CONTINUE,
    command: ['/no/such/program'],
    ...{ flag: 'failure', says: NOTHING, code: 1 },
  },
  {
    name: 'its time is up',
    flags: TIMEOUT,
    command: ['sleep', '100'],
    ...{ flag: 'failure', says: { Reason: 'TimeoutExceeded' }, code: 1 },
  },
  {
    name: 'its time is up, also where the task is to continue',
    flags: [...TIMEOUT, ...CONTINUE],
    command: ['sleep', '100'],
    ...{ flag: 'failure', says: { Reason: 'TimeoutExceeded' }, code: 1 },
  },
  {
    name: 'it is cancelled',
    command: STAYS,
    meanwhile: async (stage) => {
      await runs(stage)
      stage.write('tekton/downward/cancel', 'CANCEL')
    },
    ...{ flag: 'failure', exitCode: 'killed', says: { Reason: 'Cancelled' }, code: 9 },
  },
  {
    name: 'it is cancelled while waiting',
    flags: WAIT,
    command: ['true'],
    files: { 'downward/cancel': 'CANCEL' },
    // Tekton looks only while the command runs.
    meanwhile: async (stage) => TEKTON_ENTRYPOINT !== '' && stage.write('tekton/run/1/out', ''),
    ...{ flag: 'failure', says: { Reason: 'Skipped' }, code: 1 },
    tekton: { flag: 'success', exitCode: '0', says: NOTHING, code: 0 },
  },
  {
    name: 'its predecessor has failed',
    flags: WAIT,
    command: ['true'],
    files: { 'run/1/out.err': '' },
    ...{ flag: 'failure', says: { Reason: 'Skipped' }, code: 1 },
  },
  {
    name: 'its predecessor has succeeded, and failed: the good file wins',
    flags: WAIT,
    command: ['true'],
    files: { 'run/1/out': '', 'run/1/out.err': '' },
    ...{ flag: 'success', exitCode: '0', says: NOTHING, code: 0 },
  },
  {
    name: 'its `when` does not hold',
    flags: ['-when_expressions', '[{"input":"a","operator":"in","values":["b"]}]'],
    command: ['false'],
    ...{ flag: 'success', exitCode: '0', says: { Reason: 'Skipped' }, code: 0 },
  },
  {
    name: 'its `when` in CEL does not hold',
    flags: ['-when_expressions', `[{"cel":"'a' == 'b'"}]`],
    command: ['false'],
    ...{ flag: 'success', exitCode: '0', says: { Reason: 'Skipped' }, code: 0 },
  },
  {
    name: 'the user fails it before it starts',
    flags: ['-debug_before_step'],
    command: ['true'],
    files: { 'run/0/out.beforestepexit.err': '1' },
    ...{ flag: 'failure', says: NOTHING, code: 1 },
  },
  {
    name: 'the user lets it start',
    flags: ['-debug_before_step'],
    command: ['true'],
    files: { 'run/0/out.beforestepexit': '0' },
    ...{ flag: 'success', exitCode: '0', says: NOTHING, code: 0 },
  },
  {
    name: 'its timeout is negative',
    flags: ['-timeout', '-1s'],
    command: ['true'],
    ...{ flag: 'failure', says: NOTHING, code: 1 },
  },
  {
    name: 'its CEL is wrong',
    flags: ['-when_expressions', '[{"cel":"1 <"}]'],
    command: ['true'],
    ...{ flag: 'failure', says: NOTHING, code: 1 },
  },
  {
    name: 'its CEL is no answer',
    flags: ['-when_expressions', '[{"cel":"1 + 1"}]'],
    command: ['true'],
    ...{ flag: 'failure', says: NOTHING, code: 1 },
  },
  {
    name: 'it fails at a breakpoint: the user gives the exit code, and writes the flag',
    flags: ['-breakpoint_on_failure'],
    command: sh('exit 3'),
    files: { 'run/0/out.breakpointexit': '7\n' },
    ...{ flag: 'none', says: NOTHING, code: 7 },
  },
  {
    name: 'it fails at a breakpoint, and what the user writes is no number',
    flags: ['-breakpoint_on_failure'],
    command: sh('exit 3'),
    files: { 'run/0/out.breakpointexit': 'go on' },
    ...{ flag: 'none', says: NOTHING, code: 0 },
  },
  {
    name: 'with breakpoints a failed predecessor is as good as any',
    flags: ['-breakpoint_on_failure', ...WAIT],
    command: ['true'],
    files: { 'run/1/out.err': '' },
    ...{ flag: 'success', exitCode: '0', says: NOTHING, code: 0 },
  },
  {
    name: 'its results are too large for the message',
    flags: ['-results', 'large'],
    command: LARGE,
    ...{ flag: 'failure', says: NOTHING, code: 1 },
    tekton: { flag: 'success', exitCode: '0', says: NOTHING, code: 1 },
  },
  {
    name: 'SIGTERM comes while it waits',
    flags: WAIT,
    command: ['true'],
    meanwhile: async (stage, signal) => {
      await stage.appears('tekton/run/0/status/artifacts')
      signal('SIGTERM')
    },
    ...{ flag: 'failure', says: NOTHING, code: 143 },
    tekton: { flag: 'none', code: 'SIGTERM' },
  },
  {
    name: 'what it is to get from an earlier step is not there',
    command: ['echo', '$(steps.first.results.no)'],
    ...{ flag: 'success', exitCode: '0', says: NOTHING, code: 0 },
  },
]

for (const row of ROWS.filter(({ flags = [] }) => flags.every(isKnown))) {
  test(row.name, async (t) => {
    const stage = openTekton(t)
    for (const [path, content] of Object.entries(row.files ?? {})) stage.write(`tekton/${path}`, content)
    const [program = '', ...args] = row.command
    const words = [...STEP, ...(row.flags ?? []), '-entrypoint', program, '--', ...args]
    const step = stage.step(words, row.env === undefined ? {} : { env: row.env })
    await row.meanwhile?.(stage, (signal) => step.signal(signal))
    const end = await step.end
    const left = {
      flag: findFlag(stage),
      exitCode: readExitCode(stage),
      says: readMessage(stage),
      code: end.code ?? end.signal,
    }
    const { flag, exitCode, says, code } = TEKTON_ENTRYPOINT === '' ? row : (row.tekton ?? row)
    t.deepEqual(left, { flag, exitCode, says, code }, end.stderr)
    t.is(stage.message()?.startedAt === undefined, says === undefined)
  })
}

function findFlag(stage: TektonStage): Left['flag'] {
  const success = stage.has('tekton/run/0/out')
  const failure = stage.has('tekton/run/0/out.err')
  return success && !failure ? 'success' : failure && !success ? 'failure' : 'none'
}

function readExitCode(stage: TektonStage): string | undefined {
  return stage.has('tekton/run/0/status/exitCode') ? stage.read('tekton/run/0/status/exitCode') : undefined
}

function readMessage(stage: TektonStage): Left['says'] {
  const message = stage.message()
  return message && Object.fromEntries(message.entries.map(({ key, value }) => [key, value]))
}
