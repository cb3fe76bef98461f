/** Pods of a real Kubernetes, as they were recorded, read as histories. */
import test from 'ava'
import { fieldOf } from '../../src/pod/api-object.ts'
import { tellOutcome } from '../../src/picture/facts.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { type History, layOutSpans } from '../../src/history/history.ts'
import { NOW } from '../support/explained.ts'
import { find, openRecorder, see, tellBars } from '../support/pod-history.ts'
import { listStreams, readStream } from '../support/recordings.ts'

test('of every recorded pod, after each of its changes, the times follow each other', (t) => {
  let pods = 0
  for (const stream of listStreams().filter((name) => /^pod-|pods?$/.test(name))) {
    const recorder = openRecorder()
    for (const line of readStream(stream)) {
      const pod = fieldOf(JSON.parse(line), 'object')
      if (fieldOf(pod, 'kind') !== 'Pod' || fieldOf(pod, 'status', 'phase') === undefined) continue
      t.is(recorder.see(pod as PodTemplate), undefined, stream)
      const history = recorder.history(Date.parse(NOW))
      pods += 1
      for (const container of history.containers) {
        const spans = layOutSpans(container, history.endMs)
        spans.forEach(({ fromMs }, index) => t.true(fromMs >= (spans[index - 1]?.toMs ?? history.startMs), stream))
        t.true(container.lives.length <= container.restarts + 1, stream)
      }
    }
  }
  t.true(pods > 100)
})

test('recorded: a probe that fails in between', (t) => {
  const history = replay('pod-readinessProbe-false-true-false-true')
  t.is(tellBars(history, 'web'), 'starting 5, ready 14')
})

test('recorded: a container that crashes again and again', (t) => {
  const bad = find(replay('pod-crashloopbackoff-3-restarts'), 'bad')
  t.is(bad?.restarts, 3)
  t.is(bad?.lives.length, 4)
  t.true(bad?.lives.every(({ exitCode }) => exitCode === 2))
})

test('recorded: a pod that was deleted at once has ended with it', (t) => {
  const recorder = openRecorder()
  for (const line of readStream('pod-force-deleted-grace-0')) {
    const { type, object } = JSON.parse(line) as { type: string; object: PodTemplate }
    recorder.see(object, type === 'DELETED')
  }
  const history = recorder.history(Date.parse(NOW))
  const [stubborn] = history.containers
  t.is(stubborn?.state, 'ended')
  t.is(stubborn && tellOutcome(stubborn, history.startMs), 'stopped')
  t.is(history.endMs - history.startMs, 1000)
})

test('recorded: the last status of another pod of that name does not count', (t) => {
  const history = replay('pod-ANOMALY-status-of-its-predecessor')
  t.deepEqual(
    history.containers.map(({ state, lives }) => [state, lives]),
    [['pending', []]],
  )
})

test('recorded: a container that ended by itself keeps its end when all containers start anew', (t) => {
  const history = replay('pod-1.36-restart-all-containers')
  const ends = (name: string) => find(history, name)?.lives.map(({ reason, exitCode }) => [reason, exitCode])
  t.deepEqual(ends('worker'), [
    ['Error', 42],
    ['Completed', 0],
  ])
  t.deepEqual(ends('done'), [
    ['Completed', 0],
    ['Completed', 0],
  ])
  t.is(tellBars(history, 'init'), 'running 1, restarting 5, running 1')
})

test('recorded: one that was stopped to start anew with all others did not fail, and ended when they were removed', (t) => {
  const recorder = openRecorder()
  for (const line of readStream('pod-1.36-restart-all-containers')) recorder.see(JSON.parse(line).object as PodTemplate)
  const history = recorder.history(Date.parse('2026-11-29T21:36:53Z'))
  t.is(tellBars(history, 'long'), 'running 2, restarting 2, running 1')
  const long = find(history, 'long')
  t.true(long?.lives[0]?.stopped)
  t.is(long?.lives[1]?.reason, undefined)
  t.is(long?.restarts, 1)
})

test('recorded: whoever looks only afterwards makes no exit code of what nobody has told', (t) => {
  const last = readStream('pod-1.36-restart-all-containers').at(-1) ?? ''
  const [life] = find(see(fieldOf(JSON.parse(last), 'object')), 'worker')?.lives ?? []
  t.is(life?.exitCode, undefined)
  t.true(life?.stopped)
})

test('recorded: by their own policies and rules containers restart, or are over', (t) => {
  for (const name of ['pod-1.36-container-restart-policy', 'pod-1.36-restart-rule']) {
    const lines = readStream(name).map((line): unknown => fieldOf(JSON.parse(line), 'object'))
    const states = lines.map((_, index) => find(see(...lines.slice(0, index + 1)), 'flaky')?.state)
    t.true(states.includes('restarting'), name)
    t.is(states.at(-1), 'ended', name)
  }
  const lines = readStream('pod-1.36-always-pod-with-a-never-container').slice(0, 7)
  const once = find(see(...lines.map((line) => fieldOf(JSON.parse(line), 'object'))), 'once')
  t.is(once?.state, 'ended')
})

test('recorded: a native sidecar that is stopped when the others have ended does not restart', (t) => {
  const side = find(replay('pod-1.36-native-sidecar'), 'side')
  t.is(side?.state, 'ended')
  t.true(side?.lives[0]?.stopped)
  const early = readStream('pod-1.36-native-sidecar').slice(0, 12)
  t.is(find(see(...early.map((line) => fieldOf(JSON.parse(line), 'object'))), 'side')?.state, 'ended')
})

function replay(stream: string): History {
  return see(
    ...readStream(stream)
      .map((line) => fieldOf(JSON.parse(line), 'object'))
      .filter((pod) => fieldOf(pod, 'kind') === 'Pod'),
  )
}
