/** What is told of containers that start anew with what they depend on (`restart: true`). */
import test from 'ava'
import { readFileSync } from 'node:fs'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { readWrapperLine, recordLine, type WrapperLog } from '../../src/status/wrapper-log.ts'
import { openAsked } from '../support/asked.ts'
import { ago, crashing, explain, giveStatus, injectPod, running, say, type Status } from '../support/explained.ts'

const manifest = readFileSync(new URL('../../examples/living/pod.yaml', import.meta.url), 'utf8')
const living = injectPod(readManifest(manifest).documents[0]?.value as PodTemplate)

const up = running(600)
const unready = running(600, { ready: false })

const withStatus = (statuses: Readonly<Record<string, Status>>): PodTemplate =>
  giveStatus(living, {
    containers: Object.fromEntries(Object.entries(statuses).map(([name, status]) => [name, [{}, status] as const])),
  })
const tell = (statuses: Readonly<Record<string, Status>>): readonly string[] => say(explain(withStatus(statuses)))

test('what depends on a database that keeps failing has stopped, and what depends on that waits', (t) => {
  t.deepEqual(tell({ redis: up, postgres: crashing(137, 3), worker: up, vote: unready }).slice(1), [
    'consequence worker: has stopped to start anew with postgres, and waits for postgres to be ready (it keeps failing, 3 restarts)',
    'consequence vote: waits for worker to be ready (it waits itself); it begins with postgres',
    'fine redis: runs for 10m',
  ])
})

test('one that has come back is not ready yet: its followers wait; once it is, they run', (t) => {
  const back = running(20, { restartCount: 1, ready: false })
  t.deepEqual(
    tell({ redis: up, postgres: back, worker: up, vote: unready }).filter((line) => /worker|vote/.test(line)).length,
    2,
  )
  t.true(
    tell({ redis: up, postgres: back, worker: up, vote: unready }).some((line) =>
      line.startsWith('consequence worker: has stopped to start anew with postgres'),
    ),
  )
  const again = tell({ redis: up, postgres: { ...back, ready: true }, worker: up, vote: up })
  t.true(again.includes('fine worker: runs for 10m'), again.join('\n'))
})

test('a database that is only not ready, and was never restarted, stops nobody', (t) => {
  const told = tell({ redis: up, postgres: unready, worker: up, vote: up })
  t.true(told.includes('fine worker: runs for 10m'), told.join('\n'))
})

function readLog(...lines: readonly string[]): WrapperLog | undefined {
  return lines.reduce<WrapperLog | undefined>((log, line, index) => {
    const at = new Date(Date.parse(ago(100)) + 1000 * index).toISOString()
    const read = readWrapperLine(`${at} entrypoint worker: ${line}`, 'worker')
    return read === undefined ? log : recordLine(log, read)
  }, undefined)
}

test('a log tells why it stops, that it has stopped, and how often it has started anew', (t) => {
  const start = ['waiting for postgres/ready (not started yet)', 'started, pid 7', 'ready']
  const lost = [...start, 'stopping it, to start anew: postgres was killed']
  t.like(readLog(...lost), { lost: 'postgres was killed', stopped: undefined, anew: undefined })
  const stopped = [...lost, 'it starts anew, 1s from now at the earliest']
  t.like(readLog(...stopped), { lost: 'postgres was killed', stopped: true })
  const again = readLog(...stopped, 'started, pid 8')
  t.like(again, { lost: undefined, stopped: undefined, anew: { times: 1, why: 'postgres was killed' } })
  t.is(again?.startedMs, readLog(...start)?.startedMs)
})

test('explain -n says it with the wrapper’s own words', async (t) => {
  const { ask, put, wrote } = await openAsked(t)
  const pod = withStatus({ redis: up, postgres: crashing(137, 3), worker: unready, vote: up })
  put({ ...pod, metadata: { ...pod.metadata, name: 'living', namespace: 'shop' } })
  const named = { ...pod, metadata: { name: 'living', namespace: 'shop' } }
  const start = ['+0.1 started, pid 7', '+0.2 ready']
  const lost = '+500 stopping it, to start anew: postgres was killed'
  wrote(named, 'worker', ago(600), [
    ...start,
    lost,
    '+501 it starts anew',
    '+501 waiting for postgres/ready (it was killed)',
  ])
  wrote(named, 'vote', ago(600), [...start, '+500 stopping it, to start anew: worker restarts: postgres was killed'])
  const { stdout } = await ask('explain', 'living', '-n', 'shop')
  t.regex(stdout, /worker +has stopped to start anew, since postgres was killed, and waits for postgres to be ready/)
  t.regex(stdout, /vote +is stopping to start anew, since worker restarts: postgres was killed/)
  wrote(named, 'worker', ago(600), ['+502 started, pid 9', '+503 ready'])
  t.regex(
    (await ask('explain', 'living', '-n', 'shop')).stdout,
    /worker +runs .*started anew once in its container, since postgres was killed/,
  )
})
