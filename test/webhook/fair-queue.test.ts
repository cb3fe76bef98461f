/** Who comes next when reviews are lined up: whoever has had least of the processor's time. */
import test from 'ava'
import { createFairQueue } from '../../src/webhook/fair-queue.ts'

function open() {
  const clock = { now: 0 }
  const done: string[] = []
  const rests: (() => void)[] = []
  const queue = createFairQueue({
    clock: () => clock.now,
    rest: () => new Promise((resolve) => rests.push(resolve)),
  })
  return {
    clock,
    done,
    /** A job that takes so long, and says its name. */
    add: (tenant: string, name: string, ms: number, size = 100) =>
      queue.run(tenant, size, () => {
        clock.now += ms
        done.push(name)
        return name
      }),
    /** Lets the queue go on until nothing is left. */
    drain: async () => {
      for (let turn = 0; turn < 1000; turn++) {
        rests.shift()?.()
        await Promise.resolve()
        await Promise.resolve()
      }
    },
    queue,
  }
}

test('a tenant with one review waits for the one that is worked on, not for those that another has lined up', async (t) => {
  const { add, done, drain } = open()
  for (let index = 0; index < 5; index++) void add('hostile', `h${index}`, 100)
  void add('good', 'g', 1)
  await drain()
  t.deepEqual(done, ['h0', 'g', 'h1', 'h2', 'h3', 'h4'])
})

test('what a tenant has had is remembered for a while, also when nothing was lined up in between', async (t) => {
  const { add, done, drain, clock } = open()
  void add('hostile', 'h0', 400)
  await drain()
  clock.now += 500
  void add('another', 'a0', 10)
  void add('hostile', 'h1', 400)
  void add('good', 'g0', 1)
  await drain()
  t.deepEqual(done, ['h0', 'a0', 'g0', 'h1'])
})

test('a tenant that has had much is not held back for long, when it asks for little', async (t) => {
  const { add, done, drain } = open()
  for (let index = 0; index < 20; index++) void add('was hostile', `w${index}`, 500)
  await drain()
  void add('hostile', 'h0', 100, 150_000)
  void add('hostile', 'h1', 100, 150_000)
  void add('was hostile', 'small', 1)
  await drain()
  t.deepEqual(done.slice(20), ['h0', 'small', 'h1'])
})

test('a small review goes before a large one, but nobody waits for ever', async (t) => {
  const { add, done, drain, clock } = open()
  void add('shop', 'first', 1)
  void add('shop', 'large', 1, 1_000_000)
  void add('shop', 'small', 1, 10)
  await drain()
  t.deepEqual(done, ['first', 'small', 'large'])
  void add('shop', 'now', 1)
  void add('shop', 'old', 1, 1_000_000)
  clock.now += 4000
  void add('other', 'new', 1, 10)
  await drain()
  t.deepEqual(done.slice(3), ['now', 'old', 'new'])
})

test('a job that fails fails alone', async (t) => {
  const { add, drain, queue } = open()
  const failed = queue.run('a', 1, () => {
    throw new RangeError('no')
  })
  const next = add('a', 'next', 1)
  await Promise.all([t.throwsAsync(failed, { message: 'no' }), drain()])
  t.is(await next, 'next')
})
