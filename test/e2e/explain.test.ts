/** `podorder explain` from outside: what it takes, what it says where, and its exit codes. */
import test from 'ava'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { crashing, giveStatus, NOW, readRecordedPods, running } from '../support/explained.ts'
import { writeManifest } from '../support/manifest.ts'
import { openPlace } from '../support/podorder.ts'

const recorded = readRecordedPods().find(({ name }) => name === 'pod-ErrImageNeverPull 3')?.pod as PodTemplate
const AT = ['--now', '2026-11-21T04:50:00Z']

const TOLD = `pod rec/noimage is pending: 1 container in trouble, 1 fine
  podorder has not ordered it: its annotations have no order

root cause
  bad   its image localhost/none:1 is not on the node, and imagePullPolicy is Never (ErrImageNeverPull): Container image "localhost/none:1" is not present with pull policy of Never
        > put the image on the node, or give bad another imagePullPolicy
        > kubectl describe pod noimage -n rec

fine
  main  runs for 30s
`

test('a pod as kubectl prints it, a list of them, and the API server’s own list come to the same', async (t) => {
  const place = openPlace(t)
  const pod = { apiVersion: 'v1', kind: 'Pod', ...recorded }
  place.write('pod.json', JSON.stringify(pod, undefined, 4))
  t.deepEqual(await place.run(['explain', 'pod.json', ...AT]), { code: 0, signal: null, stdout: TOLD, stderr: '' })
  const stdin = (text: string) => place.run(['explain', '-', ...AT], { stdin: text })
  t.is((await stdin(JSON.stringify(pod))).stdout, TOLD)
  const { kind, apiVersion, ...bare } = pod
  const second = { ...pod, metadata: { ...pod.metadata, namespace: 'two' } }
  const list = await stdin(JSON.stringify({ apiVersion, kind: 'List', items: [pod, second] }))
  t.is(list.stdout, `${TOLD}\n${TOLD.replace('rec/', 'two/').replace('-n rec', '-n two')}`)
  t.is((await stdin(JSON.stringify({ apiVersion, kind: `${kind}List`, items: [bare] }))).stdout, TOLD)
  const yaml = await stdin(
    'kind: Pod\nmetadata: {name: x}\nspec: {nodeName: node1, containers: [{name: a}]}\nstatus: {phase: Pending}\n',
  )
  t.deepEqual([yaml.code, yaml.stdout.split('\n')[0]], [0, 'pod x is pending: 1 in progress'])
})

const lines = (...objects: readonly object[]) => objects.map((object) => `${JSON.stringify(object)}\n`).join('')

test('of a watch the last state of each pod is told, as kubectl prints it and as the API server sends it', async (t) => {
  const place = openPlace(t)
  const explain = (stdin: string) => place.run(['explain', '-', ...AT], { stdin })
  const early = { ...recorded, status: { phase: 'Pending' } }
  const other = (phase: string) => ({
    ...recorded,
    metadata: { ...recorded.metadata, name: 'other' },
    status: { phase },
  })
  const states = [early, other('Pending'), recorded].map((state) => ({ apiVersion: 'v1', kind: 'Pod', ...state }))
  const heads = ({ stdout }: { readonly stdout: string }) => stdout.match(/^pod .*$/gm)
  const both = [...(TOLD.match(/^pod .*$/gm) ?? []), 'pod rec/other is pending: 2 in progress']
  const printed = states.map((state) => JSON.stringify(state, undefined, 4)).join('\n')
  const told = await explain(printed)
  t.deepEqual([told.code, told.stderr, heads(told)], [0, '', both])
  t.true(told.stdout.startsWith(TOLD))
  t.is((await explain(`${printed}\n{"apiVersion": "v1", "ki`)).stdout, told.stdout)
  t.deepEqual(heads(await explain(states.map((state) => JSON.stringify(state)).join('\n---\n')))?.toSorted(), both)
  const events = states.map((object) => ({ type: 'MODIFIED', object }))
  t.is((await explain(lines(...events, { type: 'BOOKMARK', object: { kind: 'Pod' } }))).stdout, told.stdout)
  const gone = await explain(lines(...events, { type: 'DELETED', object: states[2] ?? {} }))
  t.regex(gone.stdout, /^pod rec\/noimage is gone: it was deleted \(it was pending\)$/m)
  t.regex(gone.stdout, /^ {2}main {2}was told to stop with the pod; its end was not seen$/m)
})

test('what is wrong in a watch is one sentence with its place', async (t) => {
  const fit = { kind: 'Pod', metadata: { name: 'x' }, spec: { containers: [{ name: 'a' }] } }
  const say = async (...objects: readonly object[]) => {
    const { code, stdout, stderr } = await openPlace(t).run(['explain', '-'], { stdin: lines(...objects) })
    t.deepEqual([code, stdout], [2, ''])
    return stderr
  }
  const event = (object: object) => ({ type: 'ADDED', object })
  t.is(
    await say(fit, { ...fit, metadata: { name: 'y' }, status: { phase: 'Running' }, spec: { containers: [{}] } }),
    `stdin:1:1: Pod/x has no status: it is a manifest, or cut short; ${GIVE}\n` +
      'stdin:2:1: spec.containers[0]: containers[0] has no name; give it one, such as name: app\n',
  )
  t.is(await say(event({ kind: 'Service' })), `stdin: there is no pod in it; ${GIVE}\n`)
})

test('what inject has written is explained from its annotations: the whole way from a manifest', async (t) => {
  const place = openPlace(t)
  const { stdout } = await place.run(['inject', '-', '--image', 'podorder:1', '-o', 'injected.json'], {
    stdin: JSON.stringify(manifest()),
  })
  t.is(stdout, '')
  const pod = giveStatus(JSON.parse(place.read('injected.json')) as PodTemplate, {
    containers: { db: [{}, crashing(2, 4)], web: [{}, running(600)] },
  })
  const end = await place.run(['explain', '-', '--now', NOW, '--format', 'json'], { stdin: JSON.stringify(pod) })
  t.is(end.code, 0, end.stderr)
  const { items } = JSON.parse(end.stdout) as {
    items: readonly { name: string; phase: string; containers: readonly object[] }[]
  }
  t.like(items[0], { name: 'shop', phase: 'Running', notes: [] })
  t.like(items[0]?.containers, {
    0: { name: 'db', type: 'app', rank: 'cause', origins: [], next: ['kubectl logs shop -c db --previous'] },
    1: {
      name: 'web',
      rank: 'consequence',
      origins: ['db'],
      message: 'seems to wait for db to be ready (it keeps failing, 4 restarts)',
    },
    2: { name: 'podorder-init', type: 'init', rank: 'fine', message: 'has completed' },
  })
})

function manifest(): object {
  const containers = ['db', 'web'].map((name) => ({ name, image: 'i', command: ['c'] }))
  return {
    kind: 'Pod',
    metadata: { name: 'shop', annotations: { 'podorder.io/depends-on': 'web: db' } },
    spec: { containers },
  }
}

const GIVE = 'give what kubectl get pod NAME -o json prints, or - to read it from stdin'

const pod = (fields: object) => JSON.stringify({ kind: 'Pod', metadata: { name: 'x' }, ...fields })

const BAD: readonly (readonly [name: string, stdin: string, says: string])[] = [
  ['nothing', '', `stdin:1:1: there is nothing in it; ${GIVE}`],
  ['no map', '[1, 2]', `stdin:1:1: there is no pod in it; ${GIVE}`],
  ['an empty list', '{"kind": "List", "items": []}', `stdin:1:1: there is no pod in it; ${GIVE}`],
  ['another kind', '{"kind": "Service"}', `stdin:1:1: it is a Service, not a pod; ${GIVE}`],
  [
    'a workload',
    'kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: a}]}}}',
    `stdin:1:1: Deployment/web is not a pod; give one of its pods; ${GIVE}`,
  ],
  ['a manifest', writeManifest(), `stdin:2:1: Pod/shop has no status: it is a manifest, or cut short; ${GIVE}`],
  [
    'no containers',
    pod({ spec: {}, status: { phase: 'Running' } }),
    'stdin:1:39: the pod has no containers; list at least one under spec.containers',
  ],
  [
    'a container that is none',
    pod({ spec: { containers: [null] }, status: { phase: 'Running' } }),
    'stdin:1:61: containers[0] is empty, not a map; give it a name, an image, a command',
  ],
]

for (const [name, stdin, says] of BAD) {
  test(`${name} is one clear sentence, and exit code 2`, async (t) => {
    t.deepEqual(await openPlace(t).run(['explain', '-'], { stdin }), {
      code: 2,
      signal: null,
      stdout: '',
      stderr: `${says}\n`,
    })
  })
}

test('files that cannot be read, binaries, and words that are not known get one sentence too', async (t) => {
  const place = openPlace(t)
  place.write('empty/none.txt', '')
  const say = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await place.run(['explain', ...args])
    t.deepEqual([code, stdout, stderr.split('\n').length], [2, '', 2], stderr)
    return stderr
  }
  t.regex(await say('nope.json'), /^nope\.json: no such file or directory \(ENOENT\); /)
  t.regex(await say('empty'), /^empty: no \.yaml, \.yml or \.json file is in it/)
  t.regex(await say(process.execPath), /is not UTF-8; save it as UTF-8$|more than 32 MiB; split it$/m)
  t.regex(await say(), /no pod; name one, give a file with -f/)
  t.regex(await say('-', '--format', 'xml'), /--format is one of text, json, not 'xml'/)
  t.regex(await say('-', '--now', 'yesterday'), /--now cannot be 'yesterday'; give a time such as 2026-03-01T12:00:00Z/)
})

test('names that JavaScript knows, and states that Kubernetes does not, are told like any other', async (t) => {
  const status = {
    phase: 'Odd',
    containerStatuses: [
      null,
      3,
      { name: 'constructor', state: { waiting: { reason: 'NewReason' } } },
      { name: '__proto__' },
    ],
    conditions: 7,
  }
  const odd = pod({ spec: { nodeName: 'n', containers: [{ name: 'constructor' }, { name: 'tostring' }] }, status })
  const end = await openPlace(t).run(['explain', '-'], { stdin: odd })
  t.is(end.code, 0, end.stderr)
  t.regex(end.stdout, /^pod x is odd: 1 container in trouble, 1 in progress$/m)
  t.regex(end.stdout, /^ {2}constructor {2}is waiting \(NewReason\)$/m)
})

test('colours come on request only, and a reader that has seen enough is no error', async (t) => {
  const place = openPlace(t)
  place.write('pod.json', JSON.stringify({ kind: 'Pod', ...recorded }))
  const painted = await place.run(['explain', 'pod.json', ...AT], { env: { FORCE_COLOR: '1' } })
  t.true(painted.stdout.includes('\u001B[2mroot cause\u001B[22m'))
  t.is(painted.stdout.replaceAll(/\p{Cc}\[\d+m/gu, ''), TOLD)
  const gone = place.start(['explain', 'pod.json', ...AT])
  gone.closeStdout()
  const { code, stderr } = await gone.end
  t.deepEqual([code, stderr], [0, ''])
})

test('the help fits a screen', async (t) => {
  const { code, stdout } = await openPlace(t).run(['explain', '--help'])
  t.is(code, 0)
  const lines = stdout.trimEnd().split('\n')
  t.true(lines.length <= 30 && lines.every((line) => line.length <= 80), stdout)
})
