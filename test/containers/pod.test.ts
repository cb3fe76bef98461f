/** Whole pods: an init container installs the executable, and containers of the image run in order through it. */
import test, { type ExecutionContext } from 'ava'
import { randomUUID } from 'node:crypto'
import { BIN, type Host, openHost, RUN } from '../support/container.ts'
import { type PlayedPod, playPod } from '../support/play.ts'
import { type InjectedPod, writeInjectedPod } from './injected.ts'
import { ROOTS } from './roots.ts'

interface Scene {
  readonly host: Host
  readonly pod: PlayedPod
}

async function playInjected(
  t: ExecutionContext,
  parts: Pick<InjectedPod, 'image' | 'containers' | 'users'>,
): Promise<Scene> {
  const host = openHost(t)
  const name = `podorder-test-${randomUUID()}`
  // Podman wants what it mounts to be there before the init container has made it.
  for (const container of Object.keys(parts.containers)) host.makeClosed(container)
  return { host, pod: await playPod(t, name, writeInjectedPod({ name, run: host.run, ...parts })) }
}

/** ISO 8601 in UTC: its order is that of time. */
function timeOf(host: Host, flag: string): string {
  return host.record(flag)?.at ?? `${flag} is not there`
}

/** A line of proc_pid_status(5). */
function readStatus(text: string, field: string): readonly string[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${field}:`)) ?? ''
  return line.split(/\s+/).slice(1)
}

/** A line of /proc/mounts: whether it can be written to. */
function readAccess(text: string, place: string): string | undefined {
  const line = text.split('\n').find((candidate) => candidate.split(' ')[1] === place) ?? ''
  return line.split(' ')[3]?.split(',')[0]
}

for (const { name, image, native } of ROOTS) {
  test.serial(`${name}: three containers of a pod run one after another`, async (t) => {
    const containers = {
      first: ['--', '/actor', 'until', `${RUN}/first/go`],
      second: ['--wait-file', `${RUN}/first/completed`, '--', '/actor', 'look', `${RUN}/first/completed`],
      third: ['--wait-file', `${RUN}/second/completed`, '--', '/actor', 'show', '/proc/self/status', '/proc/mounts'],
      own: ['--wait-file', `${RUN}/second/completed`, '--', ...native],
    }
    const { host, pod } = await playInjected(t, { image, containers })
    t.regex(await pod.stdout('podorder-init'), /^copied \d+ files to \/podorder\/bin/)
    await pod.says('second', 'waiting for first/completed')
    await pod.says('third', 'waiting for second/completed')
    t.deepEqual(
      ['second', 'third', 'own'].filter((container) => host.has(`${container}/started`)),
      [],
    )

    host.write('first/go', '')
    const codes = await Promise.all(Object.keys(containers).map((container) => pod.end(container)))
    t.deepEqual(codes, [0, 0, 0, 0])
    t.is(await pod.stdout('second'), `${RUN}/first/completed is there\n`)
    t.is(await pod.stdout('own'), 'native\n')
    const times = ['first/started', 'first/completed', 'second/started', 'second/completed', 'third/started']
    const told = times.map((flag) => timeOf(host, flag))
    t.deepEqual(told, told.toSorted())

    const seen = await pod.stdout('third')
    t.deepEqual(readStatus(seen, 'Uid'), ['65534', '65534', '65534', '65534'])
    t.deepEqual(readStatus(seen, 'CapBnd'), ['0000000000000000'])
    t.deepEqual(readStatus(seen, 'NoNewPrivs'), ['1'])
    const places = ['/', BIN, RUN, `${RUN}/third`]
    t.deepEqual(
      places.map((place) => readAccess(seen, place)),
      ['ro', 'ro', 'ro', 'rw'],
    )
  })

  test.serial(`${name}: the SIGKILL of a container is seen by a follower of another user`, async (t) => {
    const containers = {
      db: ['--', '/actor', 'until', '/never'],
      app: ['--wait-file', `${RUN}/db/completed`, '--', '/actor', 'say', 'started'],
    }
    const users = { db: 1001, app: 1002 }
    const { host, pod } = await playInjected(t, { image, containers, users })
    await pod.says('app', 'waiting for db/completed')
    await pod.says('db', 'waiting')
    await pod.signal('db', 'KILL')
    t.is(await pod.end('app'), 1)
    t.is(await pod.end('db'), 137)
    t.is(await pod.stdout('app'), '')
    t.like(host.record('app/completed.err'), { reason: 'PredecessorDied', origin: 'db' })
  })
}
