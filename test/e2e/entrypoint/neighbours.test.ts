/** A neighbour in the pod that floods: the directory it may write, and the liveness sockets that it may connect to. */
import test from 'ava'
import { mkdirSync, readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { openStage, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { listenAt } from '../../support/hostile-files.ts'
import { countWatches } from '../../support/proc.ts'

/** More than any backlog: net.core.somaxconn is 4096 nearly everywhere. */
const FLOOD = 4200

const countDescriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

async function flood(path: string, number: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: number }, () => connect(path).on('error', () => {}))
  await Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('error', resolve))),
  )
  return sockets
}

test('a wrapper never accepts: connections cost it no descriptor, and no flag', async (t) => {
  const stage = openStage(t)
  const db = stage.member('db', ['--', 'cat'])
  await stage.appears('run/db/ready')
  const before = countDescriptors(db.pid)
  const sockets = await flood(stage.path('run/db/alive.sock'), 300)
  t.teardown(() => sockets.forEach((socket) => socket.destroy()))
  for (const socket of sockets.slice(0, 4)) socket.write(Buffer.alloc(8 * 1024 * 1024))
  await new Promise((resolve) => setImmediate(resolve))
  t.is(countDescriptors(db.pid), before)
  // What was sent has been read by nobody.
  t.true(sockets.slice(0, 4).every((socket) => socket.writableLength > 0))
  db.stdin.end()
  t.is((await db.end).code, 0)
  t.true(stage.has('run/db/completed'))
})

for (const end of ['completes', 'is killed'] as const) {
  test(`a full backlog is a sign of life, and its end one of death: the wrapper ${end}`, async (t) => {
    const stage = openStage(t)
    const db = stage.member('db', ['--', 'cat'])
    await stage.appears('run/db/ready')
    const sockets = await flood(stage.path('run/db/alive.sock'), FLOOD)
    t.teardown(() => sockets.forEach((socket) => socket.destroy()))
    const early = stage.member('early', ['--wait-file', stage.path('run/db/ready'), '--', 'true'])
    t.is((await early.end).code, 0)
    const late = stage.member('late', ['--wait-file', stage.path('run/db/completed'), '--', 'true'])
    await eventually('it watches', () => countWatches(late.pid) > 0)
    if (end === 'completes') db.stdin.end()
    else db.signal('SIGKILL')
    t.is((await late.end).code, end === 'completes' ? 0 : 1)
  })
}

test('a socket whose server sends is none of a wrapper: it is left, and its end says nothing', async (t) => {
  const stage = openStage(t)
  mkdirSync(stage.path('run/db'), { recursive: true })
  const ends: Promise<unknown>[] = []
  const server = await listenAt(stage.path('run/db/alive.sock'), (socket) => {
    ends.push(new Promise((resolve) => socket.on('error', () => {}).once('close', resolve)))
    socket.write(Buffer.alloc(1024 * 1024))
  })
  t.teardown(() => server.close())
  const app = stage.member('app', ['--wait-file', stage.path('run/db/ready'), '--', 'true'])
  await eventually('it connects', () => ends.length > 0)
  await Promise.all(ends)
  stage.write('run/db/ready')
  t.is((await app.end).code, 0)
})

test('what else happens in a directory, however often, hides no flag', async (t) => {
  const stage = openStage(t)
  mkdirSync(stage.path('run/db'), { recursive: true })
  const churn =
    'i=0; until [ -e stop ]; do : > run/db/x$i; rm run/db/x$i; : > run/db/ready.x; rm run/db/ready.x; i=$((i+1)); done'
  const neighbour = stage.start(['--', ...sh(churn)])
  const apps = Array.from({ length: 3 }, (_, index) => `app${index}`)
  const wrappers = apps.map((app) => stage.member(app, ['--wait-file', stage.path('run/db/ready'), '--', 'true']))
  await Promise.all(wrappers.map(({ pid }) => eventually('it watches', () => countWatches(pid) > 0)))
  stage.write('run/db/ready')
  for (const wrapper of wrappers) t.is((await wrapper.end).code, 0)
  stage.write('stop')
  await neighbour.end
})
