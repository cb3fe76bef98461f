/** A wrapper that is killed writes nothing; its followers learn of it all the same. */
import test from 'ava'
import * as fc from 'fast-check'
import { openStage, readEvents, type Stage, type Wrapper } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

/** By member: which earlier members it waits for. */
type Shape = readonly (readonly number[])[]

const CHAIN: Shape = [[], [0], [1], [2], [3]]
const DIAMOND: Shape = [[], [0], [0], [1, 2], [3]]

const shapes: fc.Arbitrary<Shape> = fc.oneof(
  fc.constantFrom(CHAIN, DIAMOND),
  fc
    .integer({ min: 2, max: 5 })
    .chain((size) =>
      fc.tuple(
        ...Array.from({ length: size }, (_, member) => fc.subarray(Array.from({ length: member }, (_, i) => i))),
      ),
    ),
)

const cases = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    victim: fc.nat({ max: shape.length - 1 }),
    phase: fc.constantFrom('waiting' as const, 'running' as const),
  }),
)

/** Members run `cat`, which goes on until its input is closed. */
function startAll(stage: Stage, shape: Shape, flags: readonly string[]): readonly Wrapper[] {
  return shape.map((predecessors, member) => startMember(stage, member, predecessors, flags))
}

function startMember(stage: Stage, member: number, predecessors: readonly number[], flags: readonly string[]): Wrapper {
  const waits = predecessors.flatMap((other) => ['--wait-file', stage.path(`run/m${other}/completed`)])
  return stage.member(`m${member}`, [...flags, ...waits, '--', 'cat'])
}

/** Everybody who cannot start because of the victim. */
function findFollowers(shape: Shape, victim: number): ReadonlySet<number> {
  const lost = new Set([victim])
  for (const [member, predecessors] of shape.entries())
    if (predecessors.some((other) => lost.has(other))) lost.add(member)
  lost.delete(victim)
  return lost
}

/** Lets members complete, in order, until the victim is where it is to be killed. */
async function bringTo(stage: Stage, shape: Shape, wrappers: readonly Wrapper[], victim: number, phase: string) {
  await Promise.all(shape.map((_, member) => stage.appears(`run/m${member}/alive.sock`)))
  if (phase === 'waiting') return
  for (const wrapper of wrappers.slice(0, victim)) wrapper.stdin.end()
  await stage.appears(`run/m${victim}/started`)
}

test('kill -9 of any one wrapper ends every follower under restartPolicy Never, and nobody else', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ shape, victim, phase }) => {
      const stage = openStage(t)
      const wrappers = startAll(stage, shape, [])
      await bringTo(stage, shape, wrappers, victim, phase)
      wrappers[victim]?.signal('SIGKILL')
      for (const wrapper of wrappers) if (wrapper !== wrappers[victim]) wrapper.stdin.end()
      const followers = findFollowers(shape, victim)
      for (const [member, wrapper] of wrappers.entries()) {
        if (member === victim) continue
        const { code, stderr } = await wrapper.end
        if (code !== (followers.has(member) ? 1 : 0)) throw new Error(`m${member} ended with ${code}: ${stderr}`)
        if (!followers.has(member)) continue
        const { origin } = stage.record(`run/m${member}/completed.err`) ?? {}
        if (origin !== `m${victim}`) throw new Error(`m${member} blames ${origin}`)
      }
    }),
    { numRuns: 25, endOnFailure: true },
  )
  t.pass()
})

for (const policy of ['OnFailure', 'Always']) {
  test(`under restartPolicy ${policy} the followers wait until the killed one has been started again`, async (t) => {
    const stage = openStage(t)
    const flags = ['--restart-policy', policy]
    const wrappers = startAll(stage, CHAIN, flags)
    await bringTo(stage, CHAIN, wrappers, 1, 'running')
    wrappers[1]?.signal('SIGKILL')
    await wrappers[1]?.gone
    const again = startMember(stage, 1, CHAIN[1] ?? [], flags)
    for (const wrapper of [again, ...wrappers]) wrapper.stdin.end()
    for (const wrapper of [again, ...wrappers.slice(2)]) t.is((await wrapper.end).code, 0)
  })
}

test('the death of a predecessor is said with its name', async (t) => {
  const stage = openStage(t)
  const [db, app] = startAll(stage, [[], [0]], [])
  await bringTo(stage, [[], [0]], [], 1, 'waiting')
  db?.signal('SIGKILL')
  const end = await app?.end
  t.is(end?.code, 1)
  t.is(
    readEvents(end?.stderr ?? '').at(-1),
    'PredecessorDied: m0/completed will not come: m0: killed before it could report how it ended',
  )
})

test('who comes after the death finds a stale socket, and ends too', async (t) => {
  const stage = openStage(t)
  const victim = startMember(stage, 0, [], [])
  await stage.appears('run/m0/started')
  victim.signal('SIGKILL')
  await victim.gone
  t.is((await startMember(stage, 1, [0], []).end).code, 1)
})

test('a ready flag whose owner was killed opens no gate', async (t) => {
  const stage = openStage(t)
  const victim = stage.member('db', ['--', 'sleep', '600'])
  await stage.appears('run/db/ready')
  victim.signal('SIGKILL')
  await victim.gone
  const wait = ['--wait-file', stage.path('run/db/ready')]
  t.is((await stage.member('app', [...wait, '--', 'touch', 'ran']).end).code, 1)
  t.false(stage.has('ran'))
  const patient = stage.member('patient', ['--restart-policy', 'Always', ...wait, '--', 'cat'])
  await eventually('it waits', () => patient.stderr().includes('waiting for db/ready'))
  stage.member('db', ['--restart-policy', 'Always', '--', 'sleep', '600'])
  await stage.appears('run/patient/started')
})

test('a completed flag is good although its owner is gone', async (t) => {
  const stage = openStage(t)
  await stage.member('db', ['--', 'true']).end
  t.true(stage.has('run/db/alive.sock'))
  const waits = ['ready', 'completed', 'started'].flatMap((flag) => ['--wait-file', stage.path(`run/db/${flag}`)])
  t.is((await stage.member('app', [...waits, '--', 'true']).end).code, 0)
})
