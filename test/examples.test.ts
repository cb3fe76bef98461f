import test, { type ExecutionContext } from 'ava'
import { globSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePorts, happenedBefore, happenings, linesOf, runPod, type PodLife } from './support/order.ts'

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url))
const SERVERS = ['redis', 'postgres', 'worker', 'vote']
const DEFAULT_PORTS = ['27431', '27432', '27433', '27434']

/** Fails with all that the pod did where the order was not kept. */
function assertOrder(t: ExecutionContext, life: PodLife, ...steps: readonly string[]): void {
  for (const [index, second] of steps.slice(1).entries()) {
    const first = steps[index] ?? ''
    t.true(
      happenedBefore(life, first, second),
      `"${first}" before "${second}" in\n${JSON.stringify(life, undefined, 1)}`,
    )
  }
}

/** A copy of the voting example whose ports nobody else uses. */
async function copyVoting(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'podorder-voting-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await cp(join(EXAMPLES, 'voting'), folder, { recursive: true })
  const ports = await findFreePorts(DEFAULT_PORTS.length)
  for (const name of ['pod.yaml', 'without.yaml']) {
    const manifest = await readFile(join(folder, name), 'utf8')
    const moved = DEFAULT_PORTS.reduce((text, port, index) => text.replaceAll(port, String(ports[index])), manifest)
    await writeFile(join(folder, name), moved)
  }
  return folder
}

test('voting: in order, each program finds what it needs at its first try', async (t) => {
  const life = await runPod(join(await copyVoting(t), 'pod.yaml'))
  t.is(life.exitCode, 0, JSON.stringify(life, undefined, 1))
  assertOrder(
    t,
    life,
    ...['redis started', 'redis ready', 'postgres started', 'postgres ready', 'worker started', 'worker ready'],
    ...['vote started', 'vote ready', 'result started', 'result ended'],
  )
  t.deepEqual(happenings(life, 'restarting'), [], JSON.stringify(life.events))
  // A connection that was made is the proof that the other end was there before.
  t.deepEqual(
    linesOf(life, 'worker').filter((line) => !line.startsWith('listening')),
    ['connected to redis', 'connected to postgres', 'stopped'],
  )
  t.deepEqual(linesOf(life, 'result'), ['connected to postgres', 'connected to vote', '5 votes cast', 'cats 3, dogs 2'])
})

test('voting: when the main container has ended, every server is stopped and none has failed', async (t) => {
  const life = await runPod(join(await copyVoting(t), 'pod.yaml'))
  t.is(life.exitCode, 0, JSON.stringify(life, undefined, 1))
  // All the way from vote to postgres: nobody was stopped before that was done.
  t.is(linesOf(life, 'result').at(-1), 'cats 3, dogs 2')
  for (const server of SERVERS) t.is(linesOf(life, server).at(-1), 'stopped')
})

test('voting: without an order the worker crashes, and nothing but the deadline ends the pod', async (t) => {
  // 18 s to the deadline: all must have started by then, on a busy machine too.
  const life = await runPod('--time-scale', '0.2', join(await copyVoting(t), 'without.yaml'))
  t.not(life.exitCode, 0)
  t.is(life.events.at(-1)?.reason, 'DeadlineExceeded')
  assertOrder(t, life, 'worker started', 'worker ended', 'worker restarting')
  t.regex(linesOf(life, 'worker').join('\n'), /^cannot reach (?:redis|postgres) on port \d+: ECONNREFUSED$/m)
})

test('voting: the two pods differ in nothing but the annotations', async (t) => {
  const read = async (name: string) => (await readFile(join(EXAMPLES, 'voting', name), 'utf8')).split(/^spec:\n/m)
  const [[, ordered], [head, unordered]] = await Promise.all([read('pod.yaml'), read('without.yaml')])
  t.is(unordered, ordered)
  t.notRegex(head ?? '', /^ +annotations:/m)
})

test('steps: each step finds what the one before has left there', async (t) => {
  const life = await runPod(join(EXAMPLES, 'steps/pod.yaml'))
  t.is(life.exitCode, 0, JSON.stringify(life, undefined, 1))
  assertOrder(t, life, 'clone started', 'clone ended', 'build started', 'build ended', 'test started', 'test ended')
  t.deepEqual(linesOf(life, 'test'), ['it says: Hello, Ada!', 'passed'])
})

test('steps: a failed build skips the test, and still gets its diagnosis and its cleanup', async (t) => {
  const life = await runPod(join(EXAMPLES, 'steps/failing.yaml'))
  t.is(life.exitCode, 2, JSON.stringify(life, undefined, 1))
  assertOrder(t, life, 'build ended', 'test skipped', 'cleanup started')
  assertOrder(t, life, 'build ended', 'diagnose started', 'diagnose ended', 'cleanup started', 'cleanup ended')
  t.false(happenings(life, 'started').includes('test'))
  t.regex(linesOf(life, 'diagnose').join('\n'), /unterminated quoted string/i)
  t.deepEqual(linesOf(life, 'cleanup'), ['left over: 0 files'])
})

test('diamond: the three branches run at the same time, between prepare and join', async (t) => {
  // Each branch waits for the other two: one after another they would run into the pod's deadline.
  const life = await runPod(join(EXAMPLES, 'diamond/pod.yaml'))
  t.is(life.exitCode, 0, JSON.stringify(life, undefined, 1))
  for (const branch of ['left', 'middle', 'right']) {
    assertOrder(t, life, 'prepare ended', `${branch} started`, `${branch} ended`, 'join started')
  }
  t.deepEqual(linesOf(life, 'join'), ['the sum is 45150'])
})

test('the examples take ports that nobody is known for, below those that the kernel gives away', (t) => {
  const files = globSync('examples/{voting,living}/*.yaml')
  const ports = files.flatMap((file) => readFileSync(file, 'utf8').match(/(?<![\d.])\d{4,5}(?!\d)/g) ?? []).map(Number)
  t.true(ports.length > 4)
  for (const port of ports) t.true(port > 27_000 && port < 32_768, `${port}`)
})
