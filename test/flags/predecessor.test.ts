import test from 'ava'
import type { GatePolicy, Look } from '../../src/flags/judge.ts'
import { explainWait } from '../../src/flags/predecessor.ts'
import type { FlagRecord } from '../../src/flags/record.ts'

const ALWAYS: GatePolicy = { content: false, restartPolicy: 'Always', policies: new Map() }

interface Case {
  readonly when: string
  readonly awaited?: string
  readonly look: Partial<Look>
  readonly flags?: Readonly<Record<string, Partial<FlagRecord>>>
  readonly policy?: GatePolicy
  readonly says: string
}

const CASES: readonly Case[] = [
  {
    when: 'the file is empty',
    look: { file: 'empty' },
    policy: { ...ALWAYS, content: true },
    says: 'it is there but empty',
  },
  { when: 'it has no socket', look: {}, says: 'not started yet' },
  { when: 'it has written nothing', look: { link: 'held' }, says: 'it is waiting itself' },
  {
    when: 'it runs and has said nothing of its probe',
    look: { link: 'held' },
    flags: { started: {} },
    says: 'it is running, and not ready yet',
  },
  {
    when: 'it runs and has said why it is not ready',
    look: { link: 'held' },
    flags: { started: {}, unready: { message: 'GET /: connection\u001B[31m\nrefused' } },
    says: 'it is running, and not ready: GET /: connection [31m refused',
  },
  {
    when: 'its end is waited for, and it runs',
    awaited: 'completed',
    look: { link: 'held' },
    flags: { started: {}, unready: { message: 'x' } },
    says: 'it is running',
  },
  {
    when: 'its failure is waited for, and it is held after a success',
    awaited: 'failed',
    look: { link: 'held' },
    flags: { completed: { reason: 'Completed' } },
    says: 'it has completed',
  },
  {
    when: 'it has exited by itself',
    look: { link: 'lost' },
    flags: { stopped: { reason: 'Error', message: 'exit code 3' } },
    says: 'it failed: exit code 3; the kubelet will restart it',
  },
  {
    when: 'it has completed, and its readiness is waited for',
    look: { link: 'lost' },
    flags: { stopped: { reason: 'Completed' } },
    says: 'it completed; the kubelet will restart it',
  },
  { when: 'it is gone without a word', look: { link: 'lost' }, says: 'it was killed; the kubelet will restart it' },
]

for (const { when, awaited = 'ready', look, flags = {}, policy = ALWAYS, says } of CASES) {
  test(`why a wait is not met is said when ${when}`, (t) => {
    const wait = { path: `/run/db/${awaited}`, label: `db/${awaited}`, timeoutMs: undefined, optional: false }
    const nothing: Look = {
      ...{ file: 'absent', refusal: undefined, link: 'none', concluded: false, returning: false, problem: undefined },
    }
    t.is(
      explainWait(wait, { ...nothing, ...look }, policy, (name) => flags[name]),
      says,
    )
  })
}
