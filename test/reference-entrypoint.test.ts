/** What docs/reference.md says of ends, log events and flags: each comes, and nothing else does. */
import test, { type ExecutionContext } from 'ava'
import { existsSync, readdirSync } from 'node:fs'
import { MAKING } from '../src/flags/layout.ts'
import type { FlagRecord } from '../src/flags/record.ts'
import { WAIT_WORDS } from '../src/wait/wait-words.ts'
import { openStage } from './support/entrypoint.ts'
import { ENDS, type Line, linesOf, OTHERS, type Scene } from './support/entrypoint-scenes.ts'
import { eventually } from './support/eventually.ts'
import { readStream } from './support/recordings.ts'
import { compareFields, dropFields, fieldsOf, readSection, readTable, sortOnce, wordsOf } from './support/reference.ts'
import { openCluster } from './support/wait.ts'

const JOBS = '/apis/batch/v1/jobs'

interface Played {
  readonly code: number | null
  readonly lines: readonly Line[]
  /** What was in the run directory in the end, by name; a socket says nothing. */
  readonly files: ReadonlyMap<string, Partial<FlagRecord>>
}

async function play(t: ExecutionContext, scene: Scene): Promise<Played> {
  const stage = openStage(t)
  const wrapper = await scene.play(stage, (words) => stage.member('me', ['--log-format', 'json', ...words]))
  const { code } = await wrapper.end
  const names = existsSync(stage.path('run/me')) ? readdirSync(stage.path('run/me')) : []
  // One of those that were killed was just writing.
  const files = names
    .filter((name) => !name.endsWith(MAKING))
    .map((name) => [name, name.endsWith('.sock') ? {} : (stage.record(`run/me/${name}`) ?? {})] as const)
  return { code, lines: linesOf(wrapper), files: new Map(files) }
}

type Scenes = ReadonlyMap<string, Played>

async function playAll(t: ExecutionContext): Promise<Scenes> {
  const played = new Map<string, Played>()
  for (const [name, scene] of Object.entries({ ...ENDS, ...OTHERS })) played.set(name, await play(t, scene))
  return played
}

function compareEnds(t: ExecutionContext, played: Scenes): void {
  const ends = readTable('Ends').flatMap(({ 'exit code': codes = '', reason = '' }) =>
    codes.split(', ').flatMap((code) => wordsOf(reason).map((word) => ({ name: `${code} ${word}`, reason: word }))),
  )
  t.deepEqual(sortOnce(ends.map(({ name }) => name)), sortOnce(Object.keys(ENDS)))
  for (const { name, reason } of ends) t.like(played.get(name)?.lines.at(-1), { reason, exitCode: ENDS[name]?.code })
  for (const [name, { code }] of Object.entries({ ...ENDS, ...OTHERS })) t.is(played.get(name)?.code, code, name)
}

function compareEvents(t: ExecutionContext, played: Scenes): void {
  const logged = Map.groupBy(
    [...played.values()].flatMap(({ lines }) => lines),
    ({ event }) => String(event),
  )
  const told = readTable('Log events').flatMap(({ event = '', 'further fields': fields = '' }) =>
    wordsOf(event).map((name) => ({ name, fields: fieldsOf(fields) })),
  )
  t.deepEqual(sortOnce(told.map(({ name }) => name)), sortOnce(logged.keys()))
  for (const { name, fields } of told) {
    const own = (logged.get(name) ?? []).map((line) => dropFields(line, ['at', 'event', 'container', 'message']))
    compareFields(t, name, own, fields)
  }
}

/** The table's word for a kind of file. */
function nameGroup(file: string): string {
  if (file.endsWith('.err')) return '.err'
  return ['started', 'ready', 'unready', 'restarting', 'live', 'stopping'].includes(file) ? file : 'ends'
}

function compareFiles(t: ExecutionContext, played: Scenes): void {
  const files = [...played.values()].flatMap((one) => [...one.files])
  const told = readTable('Files of a run directory').flatMap(({ file = '' }) => wordsOf(file))
  t.deepEqual(sortOnce(told), sortOnce(files.map(([name]) => name.replace(/^\w+(?=\.err$)/, 'FLAG'))))

  const records = files.filter(([name]) => !name.endsWith('.sock'))
  const groups = sortOnce(records.map(([name]) => nameGroup(name)))
  const promised = readTable('Fields of a flag').flatMap(({ field = '', in: where = '' }) =>
    wordsOf(field).flatMap((name) =>
      where.split(', ').flatMap((group) => (group === 'all' ? groups : [group]).map((one) => `${name} in ${one}`)),
    ),
  )
  const found = records.flatMap(([name, record]) =>
    Object.keys(record).map((field) => `${field} in ${nameGroup(name)}`),
  )
  t.deepEqual(sortOnce(promised), sortOnce(found))
}

test('every end, event, file and field of a flag comes, and they are all that do', async (t) => {
  const played = await playAll(t)
  compareEnds(t, played)
  compareEvents(t, played)
  compareFiles(t, played)
})

test('the exit codes of the other jobs are as it says', async (t) => {
  const text = readSection('Ends').replaceAll('\n', ' ')
  t.true(text.includes('`install` exits with 0, 2 (wrong usage) or 125 (failed).'))
  t.true(text.includes('`probe` exits with 0 (live), 1 (not yet live) or 2 (wrong usage).'))
  t.true(
    text.includes(
      '`wait` exits with 0 (all targets hold), 1 (a target can never hold), 2 (wrong usage), 124 (timed out),',
    ),
  )
  t.true(text.includes(' 125 (the state cannot be found out) or 128 + n (signal n).'))
  const stage = openStage(t)
  stage.write('plain')
  stage.write('run/up/live')
  const jobs: readonly (readonly [string, number])[] = [
    ['install --run-dir run --containers db', 0],
    ['install --bogus', 2],
    ['install --run-dir plain/x --containers db', 125],
    ['probe --run-dir run --name up', 0],
    ['probe --run-dir run --name down', 1],
    ['probe --name up', 2],
    ['wait file:plain', 0],
    ['wait --bogus', 2],
    ['wait file:missing --timeout 10ms', 124],
    ['wait pod/x --kubeconfig missing', 125],
  ]
  for (const [words, code] of jobs) t.is((await stage.run(words.split(' '))).code, code, words)
  const { server, wait } = await openCluster(t)
  const waiting = wait(['wait', 'job/job-fail'])
  await eventually('a watch', () => server.watches() === 1)
  for (const line of readStream('job-fails-backoffLimit-2.job')) server.store.replay(JOBS, line)
  t.is(await waiting.code, 1)
})

test('the words of k8s-wait-for are all there', (t) => {
  for (const word of WAIT_WORDS) t.true(readSection('The entrypoint').includes(`\`${word}\``), word)
})
