import test from 'ava'
import * as fc from 'fast-check'
import { type Outcome, type Policy, settle } from '../../src/entrypoint/outcome.ts'
import type { Flag } from '../../src/flags/record.ts'

const NEVER: Policy = { restarts: { policy: 'Never', rules: [] }, continueOnError: false }

/** The table of exit codes: one row for each way to end. */
const COSTS: readonly (readonly [Outcome, number, string])[] = [
  [{ kind: 'exited', code: 0 }, 0, 'Completed'],
  [{ kind: 'exited', code: 42 }, 42, 'Error'],
  [{ kind: 'signalled', signal: 9 }, 137, 'Error'],
  [{ kind: 'signalled', signal: 40 }, 168, 'Error'],
  [{ kind: 'timeout', message: '' }, 124, 'TimeoutExceeded'],
  [{ kind: 'wait-timeout', message: '' }, 124, 'TimeoutExceeded'],
  [{ kind: 'unfit', reason: 'StartupProbeFailed', status: { signal: 9 }, message: '' }, 137, 'StartupProbeFailed'],
  [{ kind: 'unfit', reason: 'PostStartHookError', status: { code: 3 }, message: '' }, 3, 'PostStartHookError'],
  [{ kind: 'unfit', reason: 'PostStartHookError', status: { code: 0 }, message: '' }, 143, 'PostStartHookError'],
  [{ kind: 'stopped' }, 0, 'Completed'],
  [{ kind: 'halted' }, 0, 'Completed'],
  [{ kind: 'unstartable', code: 126, message: '' }, 126, 'StartError'],
  [{ kind: 'unstartable', code: 127, message: '' }, 127, 'StartError'],
  [{ kind: 'skipped', reason: 'Skipped', origin: 'a', cause: '', message: '' }, 1, 'Skipped'],
  [{ kind: 'skipped', reason: 'PredecessorDied', origin: 'a', cause: '', message: '' }, 1, 'PredecessorDied'],
  [{ kind: 'unneeded', message: '' }, 0, 'Skipped'],
  [{ kind: 'interrupted', signal: 15 }, 143, 'Cancelled'],
  [{ kind: 'interrupted', signal: 2 }, 130, 'Cancelled'],
  [{ kind: 'misdirected', message: '' }, 2, 'Error'],
  [{ kind: 'broken', message: '' }, 125, 'Error'],
]

for (const [outcome, exitCode, reason] of COSTS) {
  test(`${JSON.stringify(outcome)} costs ${exitCode}, ${reason}`, (t) => {
    t.like(settle(outcome, NEVER), { exitCode, reason })
  })
}

/** Without the one success that may not be the last word; it has a test of its own. */
const outcomes: fc.Arbitrary<Outcome> = fc.constantFrom(
  ...COSTS.map(([outcome]) => outcome).filter(({ kind }) => kind !== 'halted'),
)
const policies: fc.Arbitrary<Policy> = fc.record({
  restarts: fc.record({
    policy: fc.constantFrom('Never', 'OnFailure', 'Always'),
    rules: fc.array(
      fc.record({
        action: fc.constantFrom('Restart', 'RestartAllContainers'),
        operator: fc.constantFrom('In', 'NotIn'),
        codes: fc.subarray([0, 1, 2, 124, 125, 137]),
      }),
      { maxLength: 3 },
    ),
  }),
  continueOnError: fc.boolean(),
})

/** The flags that a follower may wait for. */
const AWAITED: readonly Flag[] = ['started', 'ready', 'completed', 'failed', 'ended']

test('followers never hang: after a final end every awaited flag is published or refused', (t) => {
  fc.assert(
    fc.property(outcomes, policies, (outcome, policy) => {
      const { final, publish, refuse } = settle(outcome, policy)
      if (!final) return
      for (const flag of AWAITED) t.true(publish.includes(flag) || refuse.includes(flag), flag)
    }),
  )
})

test('a container that is told to stop, and exits with 0, has not completed where it will be started again', (t) => {
  for (const policy of ['OnFailure', 'Always'] as const) {
    const { exitCode, final, publish } = settle({ kind: 'halted' }, { ...NEVER, restarts: { policy, rules: [] } })
    t.deepEqual([exitCode, final, publish], [0, false, ['exitCode', 'stopped']])
  }
  t.true(settle({ kind: 'halted' }, NEVER).publish.includes('completed'))
})

test('nothing is refused while a restart may still bring it', (t) => {
  fc.assert(
    fc.property(outcomes, policies, (outcome, policy) => {
      const { final, refuse, publish } = settle(outcome, policy)
      if (final) return
      t.deepEqual(refuse, [])
      t.false(publish.includes('failed'))
    }),
  )
})

test('the end of a life is always told: exitCode and stopped', (t) => {
  fc.assert(
    fc.property(outcomes, policies, (outcome, policy) => {
      const { publish } = settle(outcome, policy)
      t.true(publish.includes('exitCode') && publish.includes('stopped'))
    }),
  )
})

test('success and completed are one: exit code 0, never beside failed', (t) => {
  fc.assert(
    fc.property(outcomes, policies, (outcome, policy) => {
      const { exitCode, publish } = settle(outcome, policy)
      t.is(publish.includes('completed'), exitCode === 0)
      t.false(publish.includes('completed') && publish.includes('failed'))
    }),
  )
})

test('an end is final under Never, a success is under OnFailure, and nothing is under Always, where no rule says else', (t) => {
  fc.assert(
    fc.property(outcomes, policies, (outcome, policy) => {
      const { policy: own, rules } = policy.restarts
      const { final, exitCode } = settle(outcome, policy)
      const ruled = rules.some(({ operator, codes }) => codes.includes(exitCode) === (operator === 'In'))
      const expected = { Never: true, OnFailure: exitCode === 0, Always: false }
      t.is(final, !ruled && expected[own])
    }),
  )
})

test('--on-error continue forgives the command’s own failure, nothing else', (t) => {
  const forgiving: Policy = { ...NEVER, continueOnError: true }
  t.like(settle({ kind: 'exited', code: 5 }, forgiving), {
    exitCode: 0,
    reason: 'Completed',
    message: 'exit code 5',
  })
  t.like(settle({ kind: 'signalled', signal: 9 }, forgiving), { exitCode: 0, reason: 'Completed' })
  t.is(settle({ kind: 'timeout', message: '' }, forgiving).exitCode, 124)
  const unfit = { kind: 'unfit', reason: 'StartupProbeFailed', status: { code: 0 }, message: '' } as const
  t.is(settle(unfit, forgiving).exitCode, 143)
  t.is(settle({ kind: 'unstartable', code: 127, message: '' }, forgiving).exitCode, 127)
})

test('a skip hands on where the trouble began', (t) => {
  const outcome = { kind: 'skipped', reason: 'Skipped', origin: 'a', cause: 'exit code 7', message: 'b: …' } as const
  t.like(settle(outcome, NEVER), { origin: 'a', cause: 'exit code 7', message: 'b: …' })
})

test('ready outlives a success, not a failure', (t) => {
  t.false(settle({ kind: 'exited', code: 0 }, NEVER).withdraw.includes('ready'))
  t.true(settle({ kind: 'exited', code: 1 }, NEVER).withdraw.includes('ready'))
})
