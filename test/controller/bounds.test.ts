/** What the controller keeps of a pod, however much is in it. */
import test from 'ava'
import { readOrderedPod } from '../../src/controller/ordered-pod.ts'
import { createWaitsReader } from '../../src/controller/waits.ts'
import { readNested } from '../../src/manifest/yaml.io.ts'

const readWaits = createWaitsReader((scalar) => readNested(scalar, 32_768))

function keep(annotations: Readonly<Record<string, string>>, sidecars: readonly string[]) {
  const pod = {
    metadata: { name: 'p', namespace: 'n', uid: 'u', resourceVersion: '1', annotations },
    spec: { containers: sidecars.map((name) => ({ name })) },
    status: {
      containerStatuses: sidecars.map((name, index) => ({ name, ready: index % 2 === 0, state: { running: {} } })),
    },
  }
  return readOrderedPod(pod, readWaits)
}

const NAMES = Array.from({ length: 500 }, (_, index) => `${'s'.repeat(40)}${index}`)

test('what is kept of a pod has a few KiB, whatever its annotations hold', (t) => {
  const waits = `web: [${NAMES.map((name) => `sidecar/${name}`).join(', ')}]`
  const annotations = { 'podorder.io/ready': 'x'.repeat(200_000), 'podorder.io/failed': 'y'.repeat(50_000) }
  const kept = keep({ 'podorder.io/depends-on': waits, ...annotations }, NAMES)
  t.true(JSON.stringify(kept).length < 20_000)
  t.not(kept.said, kept.due)
  t.regex(kept.due['podorder.io/ready'] ?? '', /^s+0,s+/)
  t.is(kept.due['podorder.io/failed'], undefined)
  t.true((kept.gate ?? '').length < 1000)
})

test('an order that the webhook refuses unread asks for nothing', (t) => {
  const kept = keep({ 'podorder.io/depends-on': `web: [sidecar/side]\n${'#'.repeat(70_000)}` }, ['side'])
  t.is(kept.due, kept.said)
})
