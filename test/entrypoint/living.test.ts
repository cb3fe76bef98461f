import test from 'ava'
import * as fc from 'fast-check'
import { beginLiving, choosePause, type Living, type LivingEvent, stepLiving } from '../../src/entrypoint/living.ts'

const KINDS = ['opened', 'lost', 'turn', 'ended', 'due', 'told'] as const

/** Any sequence of events, as they might come, each some time after the one before. */
const events: fc.Arbitrary<readonly LivingEvent[]> = fc
  .array(fc.record({ kind: fc.constantFrom(...KINDS), afterMs: fc.nat({ max: 90_000 }), own: fc.boolean() }), {
    maxLength: 60,
  })
  .map((list) => {
    let atMs = 0
    return list.map(({ kind, afterMs, own }) => ({ kind, atMs: (atMs += afterMs), own }))
  })

const play = (list: readonly LivingEvent[]): readonly Living[] => {
  const states = [beginLiving()]
  for (const event of list) states.push(stepLiving(states.at(-1) as Living, event))
  return states
}

const RESTART: readonly LivingEvent['kind'][] = ['opened', 'lost', 'turn', 'ended', 'due']

test('the pauses grow from 0 s over 1, 2, 4 … to 30 s', (t) => {
  t.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 100].map(choosePause),
    [0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000],
  )
})

/** Restarts, each `calmMs` after the gate was opened. */
function restart(times: number, calmMs: number): Living {
  let living = beginLiving()
  let atMs = 0
  for (let round = 0; round < times; round++) {
    for (const kind of RESTART) {
      if (kind === 'lost') atMs += calmMs
      if (kind === 'due') atMs = Math.max(atMs, living.dueMs)
      living = stepLiving(living, { kind, atMs, own: false })
    }
  }
  return living
}

test('a minute of peace ends a row of flaps', (t) => {
  t.like(restart(5, 59_999), { phase: 'gate', flaps: 5, restarts: 5 })
  t.like(restart(5, 60_000), { phase: 'gate', flaps: 1, restarts: 5 })
})

test('property: the command runs only behind an open gate, and is told only once its dependents have stopped', (t) => {
  const before: Readonly<Record<Living['phase'], readonly Living['phase'][]>> = {
    gate: ['gate', 'pausing'],
    running: ['running', 'gate'],
    yielding: ['yielding', 'running'],
    stopping: ['stopping', 'yielding'],
    pausing: ['pausing', 'yielding', 'stopping'],
    over: ['over', 'gate', 'running', 'yielding', 'stopping', 'pausing'],
  }
  fc.assert(
    fc.property(events, (list) => {
      const states = play(list)
      states.slice(1).forEach((state, index) => {
        const { phase } = states[index] as Living
        t.true(before[state.phase].includes(phase), `${phase} -> ${state.phase}`)
      })
    }),
  )
})

test('property: the gate opens no sooner after a stop than the damping says, and the n-th flap costs at least its pause', (t) => {
  fc.assert(
    fc.property(events, (list) => {
      const states = play(list)
      let stoppedMs: number | undefined
      list.forEach((event, index) => {
        const [from, to] = [states[index] as Living, states[index + 1] as Living]
        if (to.phase === 'pausing' && from.phase !== 'pausing' && 'atMs' in event) stoppedMs = event.atMs
        if (from.phase === 'pausing' && to.phase === 'gate' && 'atMs' in event) {
          t.true(event.atMs - (stoppedMs ?? 0) >= choosePause(to.flaps))
        }
        t.true(to.flaps <= to.restarts + 1)
      })
    }),
  )
})

test('property: what was told from outside, or has ended by itself, never runs again', (t) => {
  fc.assert(
    fc.property(events, (list) => {
      const states = play(list)
      const over = states.findIndex(({ phase }) => phase === 'over')
      if (over !== -1) t.true(states.slice(over).every(({ phase }) => phase === 'over'))
    }),
  )
})
