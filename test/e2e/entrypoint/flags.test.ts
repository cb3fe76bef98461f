/** Flag files: which ones, what they say, and that they are only ever seen whole. */
import test from 'ava'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { openStage, type Runtime, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`a run directory tells the whole life of a container (${runtime})`, async (t) => {
    const stage = openStage(t)
    const wrapper = stage.member('app', ['--', 'cat'], { runtime })
    await stage.appears('run/app/ready')
    t.deepEqual(readdirSync(stage.path('run/app')).toSorted(), ['alive.sock', 'ready', 'started'])
    const started = stage.record('run/app/started')
    t.is(readFileSync(`/proc/${started?.pid}/comm`, 'utf8'), 'cat\n')
    wrapper.stdin.end()
    t.is((await wrapper.end).code, 0)
    const names = readdirSync(stage.path('run/app')).filter((name) => name !== 'alive.sock')
    const expected = ['completed', 'ended', 'exitCode', 'failed.err', 'ready', 'started', 'stopped']
    t.deepEqual(names.toSorted(), expected)
    const completed = stage.record('run/app/completed')
    t.like(completed, { exitCode: 0, reason: 'Completed', incarnation: started?.incarnation })
    t.regex(completed?.at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    t.true((started?.since ?? '') <= (started?.at ?? '') && (started?.at ?? '') <= (completed?.at ?? ''))
  })

  test(`a failure gives .err to what will never come (${runtime})`, async (t) => {
    const stage = openStage(t)
    const end = await stage.member('app', ['--', ...sh('exit 3')], { runtime }).end
    t.is(end.code, 3)
    const names = readdirSync(stage.path('run/app')).filter((name) => name !== 'alive.sock')
    t.deepEqual(names.toSorted(), ['completed.err', 'ended', 'exitCode', 'failed', 'ready.err', 'started', 'stopped'])
    t.like(stage.record('run/app/failed'), { exitCode: 3, reason: 'Error', message: 'exit code 3' })
    t.like(stage.record('run/app/completed.err'), { exitCode: 3, reason: 'Error', origin: 'app' })
  })
}

test('explicit paths are published as well, their directories made', async (t) => {
  const stage = openStage(t)
  const flags = ['--post-file', 'out/done', '--started-file', 'out/up', '--ready-file', 'deep/er/ready']
  const end = await stage.run([...flags, '--', ...sh('[ ! -e out/done ]')])
  t.is(end.code, 0)
  t.deepEqual(readdirSync(stage.path('out')).toSorted(), ['done', 'up'])
  t.like(stage.record('out/done'), { exitCode: 0, reason: 'Completed' })
  t.true(stage.has('deep/er/ready'))
})

test('--post-file of a failing command becomes .err', async (t) => {
  const stage = openStage(t)
  t.is((await stage.run(['--post-file', 'done', '--', 'false'])).code, 1)
  t.false(stage.has('done'))
  t.like(stage.record('done.err'), { exitCode: 1, reason: 'Error' })
})

test('.err of an earlier life is removed at the start', async (t) => {
  const stage = openStage(t)
  stage.write('done.err')
  t.is((await stage.run(['--post-file', 'done', '--', ...sh('[ ! -e done.err ]')])).code, 0)
  t.true(stage.has('done'))
})

test('any uid may write its own run directory; nobody but its owner and root may remove from it', async (t) => {
  const stage = openStage(t)
  await stage.member('app', ['--', 'true']).end
  t.is(statSync(stage.path('run/app')).mode & 0o7777, 0o1777)
})

test('whoever looks at a flag file at any moment sees one whole line of JSON', async (t) => {
  const stage = openStage(t)
  let running = true
  let seen = 0
  const runs = (async () => {
    for (let run = 0; run < 15; run++) await stage.member('app', ['--rerun', '--', ...sh(`exit ${run % 2}`)]).end
    running = false
  })()
  const broken: string[] = []
  await eventually('all runs are over', async () => {
    for (const name of listFlags(stage.path('run/app'))) {
      const text = readIfThere(`${stage.path('run/app')}/${name}`)
      if (text === undefined) continue
      seen++
      if (!isWhole(text)) broken.push(`${name}: ${text}`)
    }
    return !running
  })
  await runs
  t.deepEqual(broken, [])
  t.true(seen > 0)
})

test('a run directory whose path is longer than a socket address works', async (t) => {
  const stage = openStage(t)
  const runDir = stage.path(`${'long/'.repeat(30)}run`)
  const member = (name: string, ...words: string[]) => stage.start(['--run-dir', runDir, '--name', name, ...words])
  const db = member('db', '--', 'cat')
  const app = member('app', '--wait-file', `${runDir}/db/completed`, '--', 'true')
  await eventually('both are alive', () => ['db', 'app'].every((name) => listSockets(`${runDir}/${name}`).length === 1))
  await eventually('app knows that db is alive', () => app.stderr().includes('waiting for'))
  db.signal('SIGKILL')
  const end = await app.end
  t.is(end.code, 1)
  t.regex(end.stderr, /PredecessorDied/)
})

function listFlags(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => !name.endsWith('.making') && !name.startsWith('alive.sock'))
  } catch {
    return []
  }
}

function listSockets(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => name === 'alive.sock')
  } catch {
    return []
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function isWhole(text: string): boolean {
  try {
    return /^\{[^\n]*\}\n$/.test(text) && typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}
