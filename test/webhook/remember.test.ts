/** Lookups that many pods share: once while it lasts, soon again after a failure, never what a pod says itself. */
import test from 'ava'
import type { CommandFound, CommandWanted } from '../../src/image/lookup.ts'
import { rememberCommands } from '../../src/webhook/remember.ts'

const WANTED: CommandWanted = { container: 'app', image: 'app:1', args: undefined, said: undefined, pullSecrets: [] }

function open(answer: (asked: number) => Promise<CommandFound>) {
  const asked: CommandWanted[] = []
  const clock = { now: 0 }
  const find = rememberCommands(
    (wanted) => {
      asked.push(...wanted)
      return Promise.all(wanted.map(() => answer(asked.length)))
    },
    () => clock.now,
  )
  return { asked, clock, find: (wanted: readonly CommandWanted[], tenant = 'shop') => find(wanted, tenant) }
}

test('pods that come at the same time share one lookup, and later ones its answer, for a minute', async (t) => {
  const { asked, clock, find } = open((count) => Promise.resolve({ words: [`${count}`] }))
  const answers = await Promise.all([find([WANTED]), find([WANTED, { ...WANTED, args: ['x'] }])])
  t.deepEqual(answers, [[{ words: ['1'] }], [{ words: ['1'] }, { words: ['2'] }]])
  clock.now = 59_999
  t.deepEqual(await find([WANTED]), [{ words: ['1'] }])
  clock.now = 60_000
  t.deepEqual(await find([WANTED]), [{ words: ['3'] }])
  t.is(asked.length, 3)
})

test('a failure is remembered for five seconds only', async (t) => {
  const { clock, find } = open((count) => Promise.resolve({ problem: `${count}`, fix: '' }))
  await find([WANTED])
  clock.now = 4999
  t.deepEqual(await find([WANTED]), [{ problem: '1', fix: '' }])
  clock.now = 5000
  t.deepEqual(await find([WANTED]), [{ problem: '2', fix: '' }])
})

test('images of another tenant are not held up by a registry that does not answer', async (t) => {
  const silent = new Promise<CommandFound>(() => {})
  const { asked, find } = open((count) => (count <= 16 ? silent : Promise.resolve({ words: ['x'] })))
  for (let image = 0; image < 40; image++) void find([{ ...WANTED, image: `${image}` }], 'hostile')
  t.deepEqual(await find([{ ...WANTED, image: '3' }], 'good'), [{ words: ['x'] }])
  t.is(asked.length, 17)
})

test('what is too long is not remembered', async (t) => {
  const { asked, find } = open(() => Promise.resolve({ words: ['x'.repeat(40_000)] }))
  await find([WANTED])
  await find([WANTED])
  t.is(asked.length, 2)
})

test('what a pod says itself is asked each time', async (t) => {
  const { asked, find } = open(() => Promise.resolve({ words: [] }))
  for (let times = 0; times < 3; times++) await find([{ ...WANTED, said: '["x"]' }])
  t.is(asked.length, 3)
})

test('no more than a thousand images are remembered, and those that were asked for last', async (t) => {
  const { asked, find } = open(() => Promise.resolve({ words: [] }))
  for (let image = 0; image <= 1000; image++) await find([{ ...WANTED, image: `${image}` }])
  await find([{ ...WANTED, image: '1000' }])
  t.is(asked.length, 1001)
  await find([{ ...WANTED, image: '0' }])
  t.is(asked.length, 1002)
})
