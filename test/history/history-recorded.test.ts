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

function replay(stream: string): History {
  return see(
    ...readStream(stream)
      .map((line) => fieldOf(JSON.parse(line), 'object'))
      .filter((pod) => fieldOf(pod, 'kind') === 'Pod'),
  )
}
