/** What is told of Tekton's pods. */
import test from 'ava'
import { ended, explainPlain, running, say, waiting } from '../support/explained.ts'

const up = running(600)

const TEKTON = { labels: { 'app.kubernetes.io/managed-by': 'tekton-pipelines' }, spec: { restartPolicy: 'Never' } }

test('steps of Tekton wait for the one before them, the first for the sidecars', (t) => {
  const steps = { 'step-clone': [{}, up], 'step-build': [{}, up] } as const
  t.deepEqual(
    say(
      explainPlain({
        ...TEKTON,
        containers: { ...steps, 'sidecar-db': [{}, waiting('CreateContainerConfigError', 'secret "db" not found')] },
      }),
    ),
    [
      'cause sidecar-db: cannot be created (CreateContainerConfigError): secret "db" not found',
      'consequence step-clone: waits for sidecar-db to be ready (it cannot be created: CreateContainerConfigError)',
      'consequence step-build: waits for step-clone to complete (it waits itself); it begins with sidecar-db',
    ],
  )
  t.is(
    say(explainPlain({ ...TEKTON, containers: steps }))[0],
    'cause step-clone: waits for the annotation tekton.dev/ready (it is not there yet; Tekton’s controller writes it once all sidecars are ready)',
  )
  const ready = { ...TEKTON, annotations: { 'tekton.dev/ready': 'READY' } }
  t.deepEqual(say(explainPlain({ ...ready, containers: steps })), [
    'awaited step-clone: runs for 10m',
    'consequence step-build: waits for step-clone to complete (it is running)',
  ])
  const message = '[{"key":"StartedAt","value":"2026-11-21T11:59:00.000Z","type":3}]'
  t.deepEqual(
    say(
      explainPlain({
        ...ready,
        containers: { 'step-clone': [{}, ended(4, 9, 10, { message })], 'step-build': [{}, ended(1, 8)] },
      }),
    ),
    [
      'cause step-clone: ended with exit code 4 after 10s',
      'consequence step-build: was skipped: it waits for step-clone to complete (it failed with exit code 4)',
    ],
  )
})
