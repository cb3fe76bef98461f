import test from 'ava'
import { describeStep, settleStep, type StepOutcome, type StepSettlement } from '../../src/tekton/step-outcome.ts'

const STOP = { continueOnError: false, breakpointOnFailure: false }
const CONTINUE = { ...STOP, continueOnError: true }
const BREAK = { ...STOP, breakpointOnFailure: true }

const exited = (code: number): StepOutcome => ({ kind: 'exited', code })
const killed: StepOutcome = { kind: 'signalled', signal: 9 }
const timeout: StepOutcome = { kind: 'timeout', message: '' }
const cancelled: StepOutcome = { kind: 'cancelled' }
const unstartable: StepOutcome = { kind: 'unstartable', message: '' }
const skipped: StepOutcome = { kind: 'skipped', message: '' }

type Row = readonly [StepOutcome, typeof STOP, StepSettlement['flag'], string | undefined, object, number]

const ROWS: readonly Row[] = [
  [exited(0), STOP, 'success', '0', {}, 0],
  [exited(0), BREAK, 'success', '0', {}, 0],
  [exited(3), STOP, 'failure', undefined, {}, 3],
  [killed, STOP, 'failure', undefined, {}, 255],
  [exited(3), CONTINUE, 'success', '3', { ExitCode: '3' }, 0],
  [killed, CONTINUE, 'success', '-1', { ExitCode: '-1' }, 0],
  [exited(3), BREAK, 'undecided', undefined, {}, 1],
  [exited(3), { ...BREAK, continueOnError: true }, 'undecided', undefined, {}, 1],
  [killed, BREAK, 'undecided', undefined, {}, 1],
  [unstartable, STOP, 'failure', undefined, {}, 1],
  [unstartable, CONTINUE, 'failure', undefined, {}, 1],
  [unstartable, BREAK, 'undecided', undefined, {}, 1],
  [timeout, STOP, 'failure', undefined, { Reason: 'TimeoutExceeded' }, 1],
  [timeout, CONTINUE, 'failure', undefined, { Reason: 'TimeoutExceeded' }, 1],
  [timeout, BREAK, 'failure', undefined, { Reason: 'TimeoutExceeded' }, 1],
  [cancelled, STOP, 'failure', 'killed', { Reason: 'Cancelled' }, 9],
  [cancelled, BREAK, 'failure', 'killed', { Reason: 'Cancelled' }, 9],
  [skipped, CONTINUE, 'failure', undefined, { Reason: 'Skipped' }, 1],
  [{ kind: 'unneeded' }, STOP, 'success', '0', { Reason: 'Skipped' }, 0],
  [{ kind: 'interrupted', signal: 15 }, STOP, 'failure', undefined, {}, 143],
  [{ kind: 'interrupted', signal: 2 }, CONTINUE, 'failure', undefined, {}, 130],
  [{ kind: 'failed', message: '' }, CONTINUE, 'failure', undefined, {}, 1],
]

for (const [outcome, policy, flag, exitCodeFile, says, exitCode] of ROWS) {
  const on = `${policy.breakpointOnFailure ? ', with a breakpoint' : ''}${policy.continueOnError ? ', to continue' : ''}`
  test(`${Object.values(outcome).join(' ')}${on}: ${flag}, exit ${exitCode}`, (t) => {
    const settlement = settleStep(outcome, policy)
    const said = Object.fromEntries(settlement.entries.map(({ key, value }) => [key, value]))
    t.deepEqual({ ...settlement, entries: said }, { ...settlement, flag, exitCodeFile, entries: says, exitCode })
    t.true(settlement.entries.every(({ type }) => type === 3))
  })
}

test('an end that the command has not told itself is told', (t) => {
  t.is(describeStep(exited(3)), undefined)
  t.is(describeStep(killed), undefined)
  for (const outcome of [cancelled, skipped, { kind: 'unneeded' }, { kind: 'interrupted', signal: 15 }] as const) {
    t.truthy(describeStep(outcome))
  }
})
