/** Tekton's pods: what their steps say in their termination messages, and what follows from the step before. */
import test from 'ava'
import { deflatePacking } from '../../src/tekton/deflate.io.ts'
import { ago, ended, giveStatus, makePod, type Parts, running } from '../support/explained.ts'
import { find, see, tellBars } from '../support/pod-history.ts'

const TEKTON = { 'app.kubernetes.io/managed-by': 'tekton-pipelines' }
const message = (...entries: readonly object[]): { message: string } => ({ message: JSON.stringify(entries) })
const told = (key: string, value: string) => ({ key, value, type: 3 })
const step = (index: number) => ({
  args: ['-wait_file', index === 0 ? '/tekton/downward/ready' : `/tekton/run/${index - 1}/out`],
})

test('Tekton’s steps say themselves when they were started, and what became of them', (t) => {
  const parts: Parts = {
    labels: TEKTON,
    spec: { restartPolicy: 'Never' },
    status: { phase: 'Failed' },
    containers: {
      'step-clone': [
        step(0),
        ended(0, 80, 20, message(told('StartedAt', ago(95)), { key: 'digest', value: 'x', type: 1 })),
      ],
      'step-lint': [step(1), ended(0, 70, 30, message(told('StartedAt', ago(79)), told('ExitCode', '3')))],
      'step-build': [step(2), ended(1, 60, 40, message(told('StartedAt', ago(69)), told('Reason', 'TimeoutExceeded')))],
      'step-push': [step(3), ended(1, 60, 40, message(told('StartedAt', ago(60)), told('Reason', 'Skipped')))],
      'sidecar-db': [{}, ended(0, 60, 40)],
    },
  }
  const history = see(giveStatus(makePod(parts), parts))
  t.is(tellBars(history, 'step-clone'), 'waiting 5, running 15')
  t.is(tellBars(history, 'step-lint'), 'waiting 21, running 9')
  t.deepEqual(
    history.containers.map(({ state, lives }) => `${state} ${lives[0]?.exitCode} ${lives[0]?.reason}`),
    ['ended 0 Completed', 'ended 3 Completed', 'ended 1 TimeoutExceeded', 'skipped 1 Skipped', 'ended 0 Completed'],
  )
  t.is(find(history, 'step-build')?.lives[0]?.waitedFor, 'step-lint/completed')
  t.is(find(history, 'step-build')?.lives[0]?.message, undefined)
})

test('a step that runs was started when the one before it had ended; of the first nobody tells yet', (t) => {
  const parts: Parts = {
    labels: TEKTON,
    spec: { restartPolicy: 'Never' },
    containers: {
      'step-a': [step(0), ended(0, 80, 20)],
      'step-b': [step(1), running(100)],
      'step-c': [step(2), running(100)],
    },
  }
  const history = see(giveStatus(makePod(parts), parts))
  t.is(tellBars(history, 'step-a'), 'unclear 20')
  t.is(tellBars(history, 'step-b'), 'waiting 20, running 80')
  t.is(tellBars(history, 'step-c'), 'waiting 100')
})

test('a packed message is read too', (t) => {
  const packed = `tknz:${deflatePacking.pack(JSON.stringify([told('StartedAt', ago(95))]))}`
  const parts: Parts = {
    labels: TEKTON,
    containers: { 'step-a': [step(0), ended(0, 80, 20, { message: packed })] },
  }
  t.is(tellBars(see(giveStatus(makePod(parts), parts)), 'step-a'), 'waiting 5, running 15')
})
