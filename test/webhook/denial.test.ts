/** What the webhook says when it does not let a pod in, and the edges of what it looks at. */
import test from 'ava'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { createWebhookMetrics } from '../../src/webhook/webhook-metrics.ts'
import { denyVersion, readReview, writeAnswer } from '../../src/webhook/review.ts'
import { admit, annotate } from '../support/admission.ts'

const POD: PodTemplate = {
  spec: {
    containers: [
      { name: 'app', image: 'app', command: ['app'], args: ['x'] },
      { name: 'db', image: 'db', command: ['db'] },
    ],
  },
}

function messageOf(pod: PodTemplate): string {
  const verdict = admit(pod)
  return verdict.kind === 'denied' ? verdict.message : 'let in'
}

test('one fault is one line, with its place in the annotation', (t) => {
  t.is(
    messageOf(annotate(POD, { 'depends-on': '# what app needs\napp: {dbb: ready}\n' })),
    'podorder: podorder.io/depends-on:2:7: container "app": unknown container "dbb"; did you mean "db"?',
  )
})

test('all faults come together, each with the annotation or the path it is about', (t) => {
  const pod = annotate(
    { spec: { ...POD.spec, restartPolicy: 'never' as 'Never' } },
    { 'depends-on': 'app: {db: redy}\nweb: {db: ready}\n', main: 'app, x', 'wait-timeout': 'soon', stepz: 'a' },
  )
  const [first, ...lines] = messageOf(pod).split('\n')
  t.is(first, "podorder: 6 errors in this pod's order:")
  t.deepEqual(
    lines.map((line) => line.slice(0, line.indexOf(': '))),
    [
      'podorder.io/depends-on:1:11',
      'podorder.io/depends-on:2:1',
      'podorder.io/main:1:6',
      'podorder.io/wait-timeout',
      'podorder.io/stepz',
      'spec.restartPolicy',
    ],
  )
})

test('a place that is named within a fault is one in the annotation', (t) => {
  const pod = annotate(POD, { main: 'app', 'depends-on': '\n\napp: [db,\n      db]\n' })
  t.regex(messageOf(pod), /^podorder: podorder\.io\/depends-on:4:7: .*\(first at 3:7\)/)
})

test('what the rewrite needs for itself is refused by its path', (t) => {
  const mounted = {
    ...POD.spec.containers[0],
    name: 'app',
    volumeMounts: [{ name: 'v', mountPath: '/podorder/run/x' }],
  }
  const pod = annotate({ spec: { containers: [mounted, { name: 'db', command: ['db'] }] } }, { steps: 'db, app' })
  t.regex(messageOf(pod), /^podorder: spec\.containers\[0\]\.volumeMounts\[0\]\.mountPath: container "app": /)
})

test('words and notes that make no sense are refused, not passed over', (t) => {
  t.regex(messageOf(annotate(POD, { steps: '*', inject: 'disable' })), /podorder\.io\/inject: .*enabled or disabled/)
  t.regex(messageOf(annotate(POD, { steps: '*', original: '{"containers":1}' })), /podorder\.io\/original: /)
  t.regex(messageOf(annotate(POD, { steps: '*', 'depends-on': 'x'.repeat(65_537) })), /more than 64 KiB/)
})

test('what no API server sends is refused by its path', (t) => {
  const [app, db] = POD.spec.containers as [object, object]
  const shapes = {
    'spec.containers': { containers: [app, null] },
    'spec.volumes': { containers: [app, db], volumes: [{}] },
    'spec.containers[name=app].args': { containers: [{ ...app, args: 'x' }, db] },
    'spec.containers[name=app].env': {
      containers: [{ ...app, env: [{ name: 'PODORDER_PLATFORM_COMMANDS', value: '{' }] }, db],
    },
  }
  for (const [path, spec] of Object.entries(shapes)) {
    const pod = annotate({ spec: spec as unknown as PodTemplate['spec'] }, { steps: '*' })
    t.is(messageOf(pod), `podorder: ${path}: this is not a pod as the API server sends it`)
  }
})

test('the pod that stands for a static one is left alone', (t) => {
  const pod = annotate(POD, { steps: 'db, nobody' })
  const annotations = { ...pod.metadata?.annotations, 'kubernetes.io/config.mirror': 'x' }
  t.is(messageOf({ ...pod, metadata: { annotations } }), 'let in')
})

test('a pod that is nested like no pod is refused, and nothing recurses into it', (t) => {
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = [deep]
  t.regex(messageOf(annotate({ spec: { ...POD.spec, deep } }, { steps: '*' })), /nested too deeply/)
})

test('a hundred faults are listed, more are counted', (t) => {
  const lines = Array.from({ length: 300 }, (_, index) => `x${index}: {db: ready}`)
  const listed = messageOf(annotate(POD, { 'depends-on': lines.join('\n') })).split('\n')
  t.is(listed.length, 102)
  t.is(listed.at(-1), 'and 200 more')
})

const manyContainers = (length: number): PodTemplate => ({
  spec: { containers: Array.from({ length }, (_, index) => ({ name: `c${index}`, image: 'a', command: ['a'] })) },
})

test('a pod of more than a thousand containers is refused unread, one of a thousand is ordered', (t) => {
  t.is(messageOf(annotate(manyContainers(1000), { steps: '*' })), 'let in')
  t.is(
    messageOf(annotate(manyContainers(1001), { steps: '{' })),
    'podorder: spec.containers: more than 1000 containers; podorder accepts no larger pods',
  )
})

test('the names of annotations count as their texts do', (t) => {
  const names = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`${'x'.repeat(40)}${index}`, '']))
  t.regex(messageOf(annotate(POD, names)), /more than 64 KiB of podorder/)
})

test('more dependencies than a wrapper can be told are refused', (t) => {
  const lines = Array.from({ length: 200 }, (_, index) => {
    return `c${index + 1}: [${Array.from({ length: Math.min(index + 1, 25) }, (__, back) => `c${index - back}`).join(',')}]`
  })
  t.regex(messageOf(annotate(manyContainers(202), { 'depends-on': lines.join('\n') })), /more than 4000 dependencies/)
})

test('an order in which each container stops after each other one is refused before it is worked out', (t) => {
  const names = Array.from({ length: 150 }, (_, index) => `c${index}`)
  const jobs = Array.from({ length: 150 }, (_, index) => `c${index + 151}: {c150: completed}`)
  const order = [`c150: [${names.join(', ')}]`, ...jobs].join('\n')
  t.regex(messageOf(annotate(manyContainers(301), { 'depends-on': order })), /more than 10000 pairs of containers/)
  t.is(messageOf(annotate(manyContainers(301), { 'depends-on': order, 'stop-order': 'together' })), 'let in')
})

test('names are proposed for the first faults only, and what a fault quotes is escaped and cut', (t) => {
  const lines = Array.from({ length: 60 }, (_, index) => `ap${index}: {db: ready}`)
  const proposed = messageOf(annotate(POD, { 'depends-on': lines.join('\n') })).split('\n')
  t.is(proposed.length, 61)
  const long = messageOf(annotate(POD, { steps: `db, app, \u001b[31m${'x'.repeat(5000)}\u202e` }))
  t.regex(long, /\\x1b\[31mx+…$/)
  t.true(long.length < 1100)
})

test('of many warnings the first are passed on, and the rest is counted', (t) => {
  const verdict = admit(annotate(manyContainers(100), { steps: '*' }))
  const warnings = verdict.kind === 'allowed' ? verdict.warnings : []
  t.is(warnings.length, 16)
  t.regex(warnings.at(-1) ?? '', /84 more warnings; podorder check lists all of them/)
})

const REVIEW = { uid: 'u', apiVersion: 'admission.k8s.io/v1', about: 'n/p', pod: undefined }

test('a denial is 422 Invalid, which kubectl prints as it is', (t) => {
  t.deepEqual(JSON.parse(writeAnswer(REVIEW, { kind: 'denied', message: 'podorder: no' })), {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: 'u', allowed: false, status: { code: 422, reason: 'Invalid', message: 'podorder: no' } },
  })
})

test('v1beta1 is refused in v1beta1, since its sender would understand nothing else', (t) => {
  const review = readReview({ apiVersion: 'admission.k8s.io/v1beta1', kind: 'AdmissionReview', request: { uid: 'u' } })
  if ('problem' in review) return t.fail()
  const answer = JSON.parse(writeAnswer(review, denyVersion(review))) as {
    readonly apiVersion: string
    readonly response: { readonly allowed: boolean; readonly status: { readonly message: string } }
  }
  t.is(answer.apiVersion, 'admission.k8s.io/v1beta1')
  t.false(answer.response.allowed)
  t.regex(
    answer.response.status.message,
    /supports admission\.k8s\.io\/v1, not .*v1beta1; write admissionReviewVersions/,
  )
})

for (const [what, body] of Object.entries({
  nothing: undefined,
  'a list': [],
  'another kind': { apiVersion: 'v1', kind: 'Pod' },
  'no request': { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
  'no uid': { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: '' } },
})) {
  test(`no review: ${what}`, (t) => t.true('problem' in readReview(body)))
}

test('warnings fit into what the API server passes on', (t) => {
  const write = (warnings: readonly string[]) =>
    (
      JSON.parse(writeAnswer(REVIEW, { kind: 'allowed', patch: [], warnings })) as {
        readonly response: { readonly warnings: readonly string[] }
      }
    ).response.warnings
  const [long = ''] = write(['🙂'.repeat(300)])
  t.is(Array.from(long).length, 256)
  t.true(long.endsWith('🙂…'))
  const many = write(Array.from({ length: 20 }, (_, index) => `w${index}`))
  t.is(many.length, 16)
  t.regex(many.at(-1) ?? '', /5 more warnings/)
})

test('the metrics are Prometheus text, and the buckets add up', (t) => {
  const metrics = createWebhookMetrics()
  metrics.countReview('denied', 3)
  metrics.countReview('rewritten', 20_000)
  metrics.countLookups(2, 1)
  const text = metrics.write({ inFlight: 1, connections: 2, certificateExpiry: 1_800_000_000 })
  for (const line of text.trimEnd().split('\n'))
    t.regex(line, /^(# (HELP|TYPE) podorder_\w+ .+|podorder_\w+(\{\w+="[^"]*"\})? \S+)$/)
  for (const line of [
    'podorder_admissions_total{result="denied"} 1',
    'podorder_admission_duration_seconds_bucket{le="0.0025"} 0',
    'podorder_admission_duration_seconds_bucket{le="0.005"} 1',
    'podorder_admission_duration_seconds_bucket{le="+Inf"} 2',
    'podorder_admission_duration_seconds_sum 20.003',
    'podorder_lookups_total{result="failed"} 1',
    'podorder_certificate_expiry_timestamp_seconds 1800000000',
  ]) {
    t.true(text.includes(`${line}\n`), line)
  }
})

test('an init that must be the first process is told of as a warning, and gets in', (t) => {
  const pod = {
    spec: {
      containers: [
        { name: 'app', command: ['app'] },
        { name: 'db', image: 'db' },
      ],
    },
  }
  const commands = new Map([['db', { platforms: { 'linux/amd64': ['/init'], 'linux/arm64': ['/start'] } }]])
  const warn = (dependsOn: string) => {
    const verdict = admit(annotate(pod, { 'depends-on': dependsOn }), commands)
    return verdict.kind === 'allowed'
      ? verdict.warnings.filter((one) => one.includes('first process'))
      : verdict.message
  }
  t.deepEqual(warn('app: {db: started}'), [])
  t.deepEqual(warn('app: {db: completed}'), [
    `podorder: spec.containers[1].image: container "db": its command must be the first process of its container, but podorder's wrapper must stay: "app" waits for its end; write "db: started" for app`,
  ])
})

test('many that stop when many have ended are refused before a flag is written for each two', (t) => {
  const name = (index: number): string => `c${index}`
  const containers = Array.from({ length: 450 }, (_, index) => ({ name: name(index), command: ['app'] }))
  const steps = containers.slice(0, 225).map((container) => container.name)
  const main = containers.slice(225).map((container) => container.name)
  const pod = annotate({ spec: { containers } }, { steps: steps.join(', '), main: main.join(', ') })
  t.regex(messageOf(pod), /^podorder: podorder\.io\/main: more than 10000 pairs of a main container [^\n]*; name fewer/)
  const few = annotate({ spec: { containers } }, { steps: steps.join(', '), main: main.slice(0, 40).join(', ') })
  t.is(messageOf(few), 'let in')
})
