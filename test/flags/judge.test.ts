import test from 'ava'
import * as fc from 'fast-check'
import type { RestartPolicy } from '../../src/pod/pod.ts'
import { judge, type SocketState, type Look, type Wait } from '../../src/flags/judge.ts'

const WAIT: Wait = { path: '/run/db/ready', label: 'db/ready', timeoutMs: undefined, optional: false }
const NONE: ReadonlyMap<string, RestartPolicy> = new Map()
const NEVER = { content: false, restartPolicy: 'Never', policies: NONE } as const
const ALWAYS = { content: false, restartPolicy: 'Always', policies: NONE } as const
const CONTENT = { content: true, restartPolicy: 'Never', policies: NONE } as const

const see = (more: Partial<Look>): Look => ({
  file: 'absent',
  refusal: undefined,
  link: 'none',
  concluded: false,
  returning: false,
  problem: undefined,
  ...more,
})

const sights: fc.Arbitrary<Look> = fc.record({
  file: fc.constantFrom('absent', 'empty', 'present'),
  refusal: fc.constantFrom(undefined, {}, { reason: 'Error', message: 'exit code 1', origin: 'a' }),
  link: fc.constantFrom<SocketState>('none', 'connecting', 'held', 'lost'),
  concluded: fc.boolean(),
  returning: fc.boolean(),
  problem: fc.constant(undefined),
})

test('the file decides, where nothing speaks against its owner', (t) => {
  t.is(judge(WAIT, see({}), NEVER).kind, 'waiting')
  t.is(judge(WAIT, see({ file: 'present' }), NEVER).kind, 'met')
  t.is(judge(WAIT, see({ file: 'present', link: 'held' }), NEVER).kind, 'met')
  t.is(judge(WAIT, see({ file: 'empty' }), NEVER).kind, 'met')
})

test('with --wait-file-content an empty file is waited for', (t) => {
  t.is(judge(WAIT, see({ file: 'empty' }), CONTENT).kind, 'waiting')
  t.is(judge(WAIT, see({ file: 'present' }), CONTENT).kind, 'met')
})

test('a good file wins over .err beside it', (t) => {
  t.is(judge(WAIT, see({ file: 'present', refusal: { reason: 'Error' } }), NEVER).kind, 'met')
})

test('.err closes the gate, naming where the trouble began', (t) => {
  const refusal = { reason: 'Error', message: 'exit code 7', origin: 'cache' }
  t.deepEqual(judge(WAIT, see({ refusal }), NEVER), {
    kind: 'refused',
    wait: WAIT,
    origin: 'cache',
    reason: 'Error',
    cause: 'exit code 7',
    message: 'db/ready will not come: cache: exit code 7',
  })
})

test('an empty .err, as Tekton writes it, closes the gate all the same', (t) => {
  t.like(judge(WAIT, see({ refusal: {} }), NEVER), {
    kind: 'refused',
    origin: 'db',
    message: 'db/ready will not come: db: it reported so',
  })
})

test('the death of its owner closes the gate under Never only', (t) => {
  t.like(judge(WAIT, see({ link: 'lost' }), NEVER), { kind: 'died', reason: 'PredecessorDied', origin: 'db' })
  t.is(judge(WAIT, see({ link: 'lost' }), ALWAYS).kind, 'waiting')
})

test('a file whose owner died without a word is a leftover', (t) => {
  t.is(judge(WAIT, see({ file: 'present', link: 'lost' }), NEVER).kind, 'died')
  t.is(judge(WAIT, see({ file: 'present', link: 'lost' }), ALWAYS).kind, 'waiting')
})

test('a file of a life that ended in order outlives its owner', (t) => {
  t.is(judge(WAIT, see({ file: 'present', link: 'lost', concluded: true }), NEVER).kind, 'met')
})

test('while it is unknown whether the owner lives, the gate stays shut', (t) => {
  t.is(judge(WAIT, see({ file: 'present', link: 'connecting' }), NEVER).kind, 'waiting')
})

test('a path that cannot be looked at closes the gate', (t) => {
  t.like(judge(WAIT, see({ problem: 'permission denied (EACCES)' }), ALWAYS), {
    kind: 'unreachable',
    message: 'cannot wait for /run/db/ready: permission denied (EACCES)',
  })
})

test('without a file the gate never opens, whatever else is seen', (t) => {
  fc.assert(
    fc.property(sights, fc.constantFrom(NEVER, ALWAYS, CONTENT), (sight, policy) => {
      t.not(judge(WAIT, { ...sight, file: 'absent' }, policy).kind, 'met')
    }),
  )
})

test('under Never nobody waits for the dead', (t) => {
  fc.assert(
    fc.property(sights, (sight) => {
      t.not(judge(WAIT, { ...sight, link: 'lost', concluded: false, returning: false }, NEVER).kind, 'waiting')
    }),
  )
})

test('while others may restart, only .err closes the gate', (t) => {
  fc.assert(
    fc.property(sights, (sight) => {
      const { kind } = judge(WAIT, { ...sight, refusal: undefined }, ALWAYS)
      t.true(kind === 'met' || kind === 'waiting')
    }),
  )
})

test('a death without a word is judged by the policy of who died, not of who waits', (t) => {
  const lost = see({ link: 'lost' })
  const policies = new Map<string, RestartPolicy>([['db', 'Always']])
  t.is(judge(WAIT, lost, { ...NEVER, policies }).kind, 'waiting')
  t.is(judge(WAIT, lost, { ...ALWAYS, policies: new Map([['db', 'Never']]) }).kind, 'died')
  t.is(judge(WAIT, lost, { ...NEVER, policies: new Map([['web', 'Always']]) }).kind, 'died')
})

test('one whose last words were of an end that its rules restart is waited for', (t) => {
  t.is(judge(WAIT, see({ link: 'lost', returning: true }), NEVER).kind, 'waiting')
})
