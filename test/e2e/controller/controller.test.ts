/** `podorder controller` from outside: what becomes of the pods' annotations. */
import test from 'ava'
import { eventually } from '../../support/eventually.ts'
import { changePod, countPatches, follow, makePod, openSetting, PODS, readAnnotation } from './setting.ts'

for (const runtime of ['node', 'bun'] as const) {
  test(`${runtime}: a pod's annotation follows its sidecar, and the pod is nudged until it has gone on`, async (t) => {
    const { server, start } = await openSetting(t)
    server.store.put(PODS, makePod('a', { containers: { app: false, proxy: false } }))
    const nudges = follow(server, 'a', 'nudge')
    const controller = start(['--leader-elect=false'], runtime)
    await eventually('a watch', () => server.watches() === 1)
    t.is((await controller.get('/readyz')).status, 200)
    changePod(server, 'a', { containers: { app: false, proxy: true } })
    await eventually('the sidecar is announced', () => readAnnotation(server, 'a', 'ready') === 'proxy')
    await eventually('two nudges', () => nudges.length === 3)
    changePod(server, 'a', { containers: { app: true, proxy: true } })
    changePod(server, 'a', { containers: { app: true, proxy: false } })
    await eventually('it is announced no more', () => readAnnotation(server, 'a', 'ready') === undefined)
    // On a busy machine there may be a third one before the change.
    t.regex(nudges.join(), /^,1,2,(?:3,)?(?:4,)?$/)
    t.is(countPatches(server), nudges.length)
    controller.signal('SIGTERM')
    t.is(await controller.code, 0)
  })
}

test('what nobody waits for is not written, nor in a pod that is not labelled', async (t) => {
  const { server, start } = await openSetting(t)
  const containers = { app: false, proxy: true, other: true }
  server.store.put(PODS, makePod('a', { containers, dependsOn: 'app: {other: ready}' }))
  server.store.put(PODS, makePod('b', { containers, labels: {} }))
  server.store.put(PODS, makePod('c', { containers }))
  start(['--leader-elect=false'])
  // They were listed together.
  await eventually('the last one is written', () => readAnnotation(server, 'c', 'ready') === 'proxy')
  t.is(countPatches(server), 1)
  t.is(readAnnotation(server, 'a', 'ready'), undefined)
})

test('--namespace leaves the pods of others alone', async (t) => {
  const { server, start } = await openSetting(t)
  const pod = makePod('a', { containers: { app: false, proxy: true } })
  server.store.put(PODS, { ...pod, metadata: { ...pod.metadata, namespace: 'other' } })
  server.store.put(PODS, pod)
  start(['--leader-elect=false', '--namespace=rec'])
  await eventually('it is written', () => readAnnotation(server, 'a', 'ready') === 'proxy')
  await eventually('and watched', () => server.watches() === 1)
  t.deepEqual(
    server.requests
      .map(({ verb, path }) => `${verb} ${path}`)
      .slice(0, 3)
      .toSorted(),
    ['list /api/v1/namespaces/rec/pods', 'patch /api/v1/namespaces/rec/pods/a', 'watch /api/v1/namespaces/rec/pods'],
  )
})

test('failed is told once it is final, beside ready, in one patch', async (t) => {
  const { server, start } = await openSetting(t)
  const dependsOn = 'app: {sidecar/proxy: ready, sidecar/log: ready, db: completed}'
  server.store.put(PODS, makePod('a', { dependsOn, containers: { app: false, proxy: 1, log: true, db: 128 } }))
  const always = { dependsOn, restartPolicy: 'Always', containers: { app: false, proxy: 1, log: true, db: 128 } }
  server.store.put(PODS, makePod('b', always))
  start(['--leader-elect=false'])
  await eventually('both are written', () => ['a', 'b'].every((pod) => readAnnotation(server, pod, 'ready') === 'log'))
  t.is(readAnnotation(server, 'a', 'failed'), 'db,proxy')
  t.is(readAnnotation(server, 'b', 'failed'), undefined)
  t.is(countPatches(server), 2)
})

test('a pod that takes the name of another meanwhile does not get its annotations', async (t) => {
  const { server, start } = await openSetting(t)
  const { promise: hold, resolve } = Promise.withResolvers<void>()
  server.misbehave('patch', { hold })
  server.store.put(PODS, makePod('a', { containers: { app: false, proxy: true } }))
  const controller = start(['--leader-elect=false'])
  await eventually('the patch is on its way', () => countPatches(server) === 1)
  server.store.remove(PODS, 'rec', 'a')
  const ready = follow(server, 'a', 'ready')
  server.store.put(PODS, makePod('a', { containers: { app: false, proxy: false } }))
  resolve()
  await controller.says('field is immutable')
  server.store.put(PODS, makePod('b', { containers: { app: false, proxy: true } }))
  await eventually('it goes on', () => readAnnotation(server, 'b', 'ready') === 'proxy')
  changePod(server, 'a', { containers: { app: false, proxy: true } })
  await eventually('the new one has its own', () => readAnnotation(server, 'a', 'ready') === 'proxy')
  t.deepEqual(ready, [undefined, 'proxy'])
})

test('a pod that is gone, and a server that refuses for a while, keep nobody else waiting for ever', async (t) => {
  const { server, start } = await openSetting(t)
  const throttled = {
    status: 429,
    headers: { 'retry-after': '1' },
    body: 'Too many requests, please try again later.\n',
  }
  server.misbehave('patch', { answer: throttled })
  server.misbehave('patch', { answer: { status: 500, body: { message: 'etcd', code: 500 } } })
  server.misbehave('patch', { answer: { status: 404, body: { message: 'pods "c" not found', code: 404 } } })
  server.misbehave('patch', { answer: { status: 409, body: { message: 'the object has been modified', code: 409 } } })
  server.misbehave('patch', { hangUp: true })
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    server.store.put(PODS, makePod(name, { containers: { app: false, proxy: true } }))
  }
  start(['--leader-elect=false'])
  await eventually('all but the one that was said to be gone', () => {
    const written = ['a', 'b', 'c', 'd', 'e'].filter((pod) => readAnnotation(server, pod, 'ready') === 'proxy')
    return written.length === 4
  })
  const [missing = ''] = ['a', 'b', 'c', 'd', 'e'].filter((pod) => readAnnotation(server, pod, 'ready') === undefined)
  changePod(server, missing, { containers: { app: false, proxy: true, new: true } })
  await eventually('that one too, since it is there', () => readAnnotation(server, missing, 'ready') === 'proxy')
  t.pass()
})

test('whatever a watch does, every pod ends up right, and no patch says what the pod says already', async (t) => {
  const { server, start } = await openSetting(t)
  const names = ['a', 'b', 'c', 'd']
  for (const name of names) server.store.put(PODS, makePod(name, { containers: { app: false, proxy: false } }))
  let changes = 0
  server.store.listen(() => changes++)
  server.misbehave('watch', { twice: true, swap: true, endAfter: 5, how: 'half', pieces: 7 })
  server.misbehave('watch', { hangUp: true })
  server.misbehave('watch', { answer: { status: 410, body: { message: 'too old', code: 410 } } })
  server.misbehave('watch', { endAfter: 3, how: 'cut', twice: true })
  server.misbehave('watch', { endAfter: 2, error: { code: 410, message: 'too old' } })
  server.misbehave('watch', { answer: { status: 429, body: 'Too many requests' } })
  const controller = start(['--leader-elect=false'])
  await eventually('a watch', () => server.watches() === 1)
  let own = 0
  for (let round = 0; round < 40; round++) {
    const name = names[round % 4] ?? ''
    const proxy = round >= 36 || round % 3 !== 0
    changePod(server, name, { containers: { app: round % 5 === 0, proxy } })
    own++
    await new Promise((resolve) => setImmediate(resolve))
  }
  await eventually('all faults have been met', () => server.requests.filter(({ verb }) => verb === 'watch').length >= 6)
  for (const name of names) {
    changePod(server, name, { containers: { app: true, proxy: true } })
    own++
  }
  await eventually('all are right', () => names.every((name) => readAnnotation(server, name, 'ready') === 'proxy'))
  await eventually('every patch has changed something', () => countPatches(server) === changes - own)
  const { text } = await controller.get('/metrics')
  t.true(Number(/^podorder_watches_total (\d+)$/m.exec(text)?.[1]) >= 6)
})

test('a refusal says once what would allow it, and goes on when it does', async (t) => {
  const { server, start } = await openSetting(t)
  server.trust({ 'secret-token': 'system:serviceaccount:podorder:controller' })
  server.allow([{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }])
  for (const name of ['a', 'b', 'c']) {
    server.store.put(PODS, makePod(name, { containers: { app: false, proxy: true } }))
  }
  const controller = start(['--leader-elect=false'])
  const { role } = await controller.says('cannot patch resource "pods"')
  t.regex(String(role), /kind: ClusterRole\n.*resources: \["pods"\]\n {4}verbs: \["list", "watch", "patch"\]/s)
  t.regex(String(role), /- kind: ServiceAccount\n {4}name: controller\n {4}namespace: podorder/)
  await eventually('each has been tried', () => countPatches(server) > 3)
  server.allow([{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch', 'patch'] }])
  await eventually('all are written', () =>
    ['a', 'b', 'c'].every((pod) => readAnnotation(server, pod, 'ready') === 'proxy'),
  )
  t.is(controller.lines().filter((line) => line['role'] !== undefined).length, 1)
})

test('pods that may not even be listed end it, with the Role that is lacking', async (t) => {
  const { server, start } = await openSetting(t)
  server.allow([])
  const controller = start(['--leader-elect=false'])
  t.is(await controller.code, 1)
  t.regex(String(controller.lines().at(-1)?.['role']), /kind: ClusterRole\n/)
})

test('an API that is not to be found is told in one sentence', async (t) => {
  const { start } = await openSetting(t)
  const controller = start(['--context=nowhere'])
  t.is(await controller.code, 2)
  t.is(controller.lines().length, 1)
  t.regex(controller.lines()[0]?.message ?? '', /nowhere/)
})

test('--tekton tells the first step once all sidecars are ready', async (t) => {
  const { server, start } = await openSetting(t)
  const labels = { 'app.kubernetes.io/managed-by': 'tekton-pipelines' }
  const read = (): unknown => {
    const annotations = server.store.find(PODS, 'rec', 'run')?.metadata['annotations']
    return (annotations as Readonly<Record<string, string>> | undefined)?.['tekton.dev/ready']
  }
  server.store.put(PODS, makePod('run', { labels, containers: { 'step-a': true, 'sidecar-db': false } }))
  start(['--leader-elect=false', '--tekton'])
  await eventually('two watches', () => server.watches() === 2)
  t.is(read(), undefined)
  changePod(server, 'run', { labels, containers: { 'step-a': true, 'sidecar-db': true } })
  await eventually('it is told', () => read() === 'READY')
  t.is(countPatches(server), 1)
  await eventually('and nudged', () => readAnnotation(server, 'run', 'nudge') === '1')
})

test('metrics and health', async (t) => {
  const { server, start } = await openSetting(t)
  const { promise: hold, resolve } = Promise.withResolvers<void>()
  server.misbehave('list', { hold })
  server.store.put(PODS, makePod('a', { containers: { app: false, proxy: true } }))
  server.store.put(PODS, makePod('b', { containers: { app: false, proxy: false } }))
  const controller = start(['--leader-elect=false'])
  t.is((await controller.get('/readyz')).status, 503)
  t.is((await controller.get('/healthz')).status, 200)
  t.is((await controller.get('/nothing')).status, 404)
  resolve()
  await eventually('it is written', async () => {
    const { text } = await controller.get('/metrics')
    return text.includes('podorder_writes_total{kind="status"} 1\n')
  })
  const { text } = await controller.get('/metrics')
  for (const line of ['podorder_pods 2', 'podorder_gated_pods 1', 'podorder_leader 1'])
    t.true(text.includes(`\n${line}\n`))
})
