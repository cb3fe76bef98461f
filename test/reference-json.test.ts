/** The JSON of docs/reference.md: every field that comes is in a table, and every field of a table comes. */
import test, { type ExecutionContext } from 'ava'
import { rmSync } from 'node:fs'
import { openDoctor } from './support/doctor.ts'
import { eventually } from './support/eventually.ts'
import { openAsked } from './support/asked.ts'
import { ago, crashing, giveStatus, injectPod, makePod, running } from './support/explained.ts'
import type { PodTemplate } from '../src/pod/pod.ts'
import { openPlace, type Place, type RunLine, writePod } from './support/podorder.ts'
import { makeRunEventSchema } from '../scripts/run-event-schema.ts'
import { accepts } from './support/json-schema.ts'
import {
  compareFields,
  dropFields,
  type Field,
  fieldsOf,
  readSection,
  readTable,
  sortOnce,
} from './support/reference.ts'
import { live, makeShop, openRunning } from './support/running.ts'

/** Objects by where they stand, `containers[].lives[]`; the whole by ''. */
type Objects = ReadonlyMap<string, readonly object[]>

function listObjects(values: readonly unknown[]): Objects {
  const found: (readonly [string, object])[] = []
  const look = (path: string, value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) look(`${path}[]`, item)
    else if (typeof value === 'object' && value !== null) {
      found.push([path, value])
      for (const [key, part] of Object.entries(value)) look(path === '' ? key : `${path}.${key}`, part)
    }
  }
  for (const value of values) look('', value)
  const byPath = Map.groupBy(found, ([path]) => path)
  return new Map([...byPath].map(([path, entries]) => [path, entries.map(([, object]) => object)]))
}

/** By where they stand. What has parts that are in the table is a field of what it stands in. */
function placeFields(
  rows: readonly { readonly path: string; readonly fields: readonly Field[] }[],
): ReadonlyMap<string, readonly Field[]> {
  const paths = sortOnce(['', ...rows.map(({ path }) => path)])
  const partsOf = (path: string): readonly Field[] =>
    paths.flatMap((other) => {
      const cut = Math.max(0, other.lastIndexOf('.'))
      return other !== '' && other.slice(0, cut) === path ? fieldsOf(other.slice(cut).replace('.', '')) : []
    })
  return new Map(
    paths.map((path) => [
      path,
      [...rows.filter((row) => row.path === path).flatMap(({ fields }) => fields), ...partsOf(path)],
    ]),
  )
}

function compare(t: ExecutionContext, values: readonly unknown[], told: ReturnType<typeof placeFields>): void {
  const objects = listObjects(values)
  t.deepEqual(sortOnce(objects.keys()), sortOnce(told.keys()))
  for (const [path, fields] of told) compareFields(t, path, objects.get(path) ?? [], fields)
}

function compareTable(t: ExecutionContext, of: string, index: number, values: readonly unknown[]): void {
  const rows = readTable('Results', index).map((row) => ({
    path: row[`of ${of}`] ?? '',
    fields: fieldsOf(row['fields'] ?? ''),
  }))
  compare(t, values, placeFields(rows))
}

const SERVE = 'trap "exit 0" TERM; while :; do sleep 0.02; done'
const sh = (script: string) => ({ command: ['sh', '-c', script] })
const OFTEN = { periodSeconds: 1, failureThreshold: 1 }
const isUp = (name: string) => ({ exec: sh(`[ -e ${name} ] || { echo it is down; exit 1; }`), ...OFTEN })

const LIVELY = writePod({
  annotations: { 'depends-on': '{follower: {measured: ready}, late: {slow: ready}}', main: 'follower' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 3 },
  containers: {
    deaf: sh('trap "" TERM; touch c; while :; do sleep 0.02; done'),
    measured: {
      ...sh(`touch a; ${SERVE}`),
      readinessProbe: isUp('a'),
      lifecycle: { stopSignal: 'SIGTERM', preStop: { exec: sh('exit 3') } },
    },
    follower: sh(`echo hello; ${SERVE}`),
    asked: { ...sh(`touch b; ${SERVE}`), readinessProbe: isUp('b') },
    slow: { ...sh(SERVE), readinessProbe: { exec: sh('echo not yet; exit 1'), ...OFTEN } },
    late: sh(SERVE),
    ill: { ...sh(SERVE), livenessProbe: { exec: sh('echo feeling ill; exit 3'), ...OFTEN } },
  },
})

const FAILING = writePod({
  annotations: { 'depends-on': 'b: {a: {condition: completed, timeout: 1m}}' },
  containers: { a: 'exit 3', b: 'true', other: 'true' },
})

async function runBoth(place: Place): Promise<readonly string[]> {
  place.write('lively.json', LIVELY)
  place.write('failing.json', FAILING)
  const run = place.start(['run', '--json', '--time-scale', '0.05', 'lively.json'])
  const happens = (event: string, container: string): Promise<RunLine> =>
    eventually(`${container} ${event}`, () =>
      run.lines().find((line) => line.event === event && line.container === container),
    )
  await Promise.all([happens('ready', 'asked'), happens('started', 'follower'), happens('restarting', 'ill')])
  await happens('not-ready', 'slow')
  await eventually('one is deaf', () => place.has('c'))
  for (const name of ['a', 'b']) rmSync(place.path(name))
  await Promise.all([happens('unready', 'measured'), happens('unready', 'asked')])
  run.signal('SIGINT')
  const { stdout } = await run.end
  const failed = await place.run(['run', '--json', 'failing.json'])
  return [stdout, failed.stdout]
}

async function ask(place: Place, words: readonly string[], stdin = ''): Promise<unknown> {
  const { stdout, stderr } = await place.run([...words, '--format', 'json'], { stdin })
  return stdout === '' ? stderr : JSON.parse(stdout)
}

/** Pods of a cluster: one whose container crashes, and one that nobody has injected. */
async function makePods(place: Place): Promise<string> {
  const { stdout } = await place.run(['inject', '-'], {
    stdin: writePod({ annotations: { steps: 'a, b' }, containers: { a: 'x', b: 'x' } }),
  })
  const injected = JSON.parse(stdout) as PodTemplate
  const plain = JSON.parse(FAILING) as PodTemplate
  const items = [
    giveStatus(injected, { containers: { a: [{}, crashing(2, 4)], b: [{}, running(600)] } }),
    giveStatus(plain, { containers: { a: [{}, running(600)], b: [{}, running(600)], other: [{}, running(600)] } }),
  ].map((pod) => ({ apiVersion: 'v1', kind: 'Pod', ...pod }))
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

/** A timeline of what wrappers have written to their logs. */
async function askCluster(t: ExecutionContext): Promise<unknown> {
  const { ask, put, wrote } = await openAsked(t)
  const containers = { a: [{}, running(600)], b: [{}, running(600)] } as const
  const pod = giveStatus(injectPod(makePod({ annotations: { steps: 'a, b' }, containers })), { containers })
  put(pod)
  wrote(pod, 'a', ago(600), ['+0.1 started, pid 7', '+5 not ready: no answer'])
  return JSON.parse((await ask('timeline', 'x', '-n', 'shop', '--format', 'json')).stdout)
}

test('events of a run, and the timelines and graphs that are made of them', async (t) => {
  const place = openPlace(t)
  const outputs = await runBoth(place)
  const lines = outputs.flatMap((text) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunLine),
  )
  const common = lines.filter(({ event }) => event !== 'pod')
  t.true(lines.every(({ at }) => new Date(at).toISOString() === at))
  t.true(common.every(({ container }) => container !== undefined))
  const schema = makeRunEventSchema()
  for (const line of lines) t.true(accepts(schema, line, schema), JSON.stringify(line))
  const told = readTable('Events of a run')
  t.deepEqual(sortOnce(lines.map(({ event }) => event)), sortOnce(told.map(({ event = '' }) => event)))
  for (const { event: name = '', 'further fields': fields = '' } of told) {
    const own = lines.filter(({ event }) => event === name)
    const further = own.map((line) => dropFields(line, ['at', 'event', 'container']))
    compareFields(t, name, further, fieldsOf(fields))
  }

  const [lively = '', failing = ''] = outputs
  const pods = JSON.parse(await makePods(place)) as { readonly items: readonly object[] }
  const timelines = await Promise.all(
    [lively, failing, ...pods.items.map((pod) => JSON.stringify(pod))].map((input) => ask(place, ['timeline'], input)),
  )
  // What nobody watched to its end.
  place.write('half.jsonl', lively.split('\n').slice(0, 4).join('\n'))
  timelines.push(await ask(place, ['timeline', 'half.jsonl']))
  timelines.push(await askCluster(t))
  compareTable(t, 'timeline', 0, timelines)

  place.write('steps.json', writePod({ annotations: { steps: 'a, b' }, containers: { a: 'true', b: 'true' } }))
  place.write('steps.jsonl', (await place.run(['run', '--json', 'steps.json'])).stdout)
  place.write(
    'plain.json',
    writePod({ annotations: { 'depends-on': 'a: {b: ready}' }, containers: { a: 'x', b: 'x' } }),
  )
  const restart = 'a: {b: {condition: ready, restart: true, restartAfter: 30s}}'
  place.write(
    'kept.json',
    writePod({ annotations: { 'depends-on': restart, options: 'a: {retries: 3}' }, containers: { a: 'x', b: 'x' } }),
  )
  const graphs = [
    ...[['plain.json'], ['kept.json'], ['lively.json'], ['failing.json']],
    ...[
      ['steps.json', '--timeline', 'steps.jsonl'],
      ['lively.json', '--stop'],
    ],
  ]
  compareTable(t, 'graph', 1, await Promise.all(graphs.map((words) => ask(place, ['graph', ...words]))))
  await place.assertClean()
})

test('what explain, check and version say', async (t) => {
  const place = openPlace(t)
  compareTable(t, 'explain', 2, [await ask(place, ['explain', '-'], await makePods(place))])
  const wrong = writePod({ annotations: { 'depends-on': 'b: {c: ready}' }, containers: { a: 'x', b: 'x' } })
  const checked = await Promise.all(['kind: [', wrong].map((text) => ask(place, ['check', '-'], text)))
  compareTable(t, 'check', 3, checked)
  const running = await openRunning(t)
  running.put(live(makeShop('shop-1')))
  running.put(live(makeShop('shop-2', { annotations: { 'depends-on': 'app: {dv: ready}' } })))
  const doctor = await openDoctor(t)
  doctor.server.allow([])
  compareTable(t, 'doctor', 5, [JSON.parse((await doctor.ask('--json')).stdout)])
  compareTable(t, 'check -n', 4, [JSON.parse((await running.check('--format', 'json')).stdout)])
  const { stdout } = await place.run(['version', '--json'])
  const [, said = ''] = /^Of `version`: (.*)$/m.exec(readSection('Results')) ?? []
  const names = [...said.matchAll(/`([a-z.]+)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !['bun', 'node'].includes(name))
  const rows = names.map((name) => {
    const cut = Math.max(0, name.lastIndexOf('.'))
    return { path: name.slice(0, cut), fields: fieldsOf(name.slice(cut).replace('.', '')) }
  })
  compare(t, [JSON.parse(stdout)], placeFields(rows))
})
