/** Two replicas of `podorder controller`, one Lease. */
import test from 'ava'
import type { ApiServer } from '../../support/api-server.ts'
import { eventually } from '../../support/eventually.ts'
import { changePod, countPatches, makePod, openSetting, PODS, readAnnotation } from './setting.ts'

const LEASES = '/apis/coordination.k8s.io/v1/leases'

function readHolder(server: ApiServer): unknown {
  const lease = server.store.find(LEASES, 'rec', 'podorder-controller')
  return (lease?.['spec'] as { readonly holderIdentity?: unknown } | undefined)?.holderIdentity
}

test('one of two writes; when it is told to stop, the other one goes on where it was', async (t) => {
  const { server, start } = await openSetting(t)
  const first = start(['--identity=first'])
  await first.says('first leads')
  const second = start(['--identity=second'])
  await eventually('both watch', () => server.watches() === 2)
  server.store.put(PODS, makePod('a', { containers: { app: false, proxy: true } }))
  await eventually('it is written', () => readAnnotation(server, 'a', 'ready') === 'proxy')
  await eventually('it is nudged', () => readAnnotation(server, 'a', 'nudge') === '1')
  t.true((await second.get('/metrics')).text.includes('podorder_leader 0\n'))
  t.is((await second.get('/readyz')).status, 200)
  first.signal('SIGTERM')
  t.is(await first.code, 0)
  await second.says('second leads')
  t.is(readHolder(server), 'second')
  await eventually('the nudges go on', () => readAnnotation(server, 'a', 'nudge') === '4')
  changePod(server, 'a', { containers: { app: true, proxy: false } })
  await eventually('and the changes', () => readAnnotation(server, 'a', 'ready') === undefined)
  // ready, four nudges, ready taken away: each was written once.
  t.is(countPatches(server), 6)
})

test('when the one that writes is killed, the other one takes over by itself, and nothing is written twice', async (t) => {
  const { server, start } = await openSetting(t)
  const first = start(['--identity=first'])
  await first.says('first leads')
  const second = start(['--identity=second'], 'bun')
  await eventually('both watch', () => server.watches() === 2)
  server.store.put(PODS, makePod('a', { containers: { app: true, proxy: true } }))
  await eventually('it is written', () => readAnnotation(server, 'a', 'ready') === 'proxy')
  first.signal('SIGKILL')
  await first.code
  changePod(server, 'a', { containers: { app: true, proxy: false } })
  const { length } = server.requests
  await eventually('it has looked at the Lease a few times', () => server.requests.length > length + 2)
  t.is(countPatches(server), 1)
  t.is(readHolder(server), 'first')
  await second.says('second leads')
  await eventually('the change is made up for', () => readAnnotation(server, 'a', 'ready') === undefined)
  t.is(countPatches(server), 2)
})

test('a leader that cannot renew writes no more, until it can', async (t) => {
  const { server, start } = await openSetting(t)
  server.trust({ 'secret-token': 'system:serviceaccount:podorder:controller' })
  const pods = { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch', 'patch'] }
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] }
  server.allow([pods, leases])
  const controller = start(['--identity=first'])
  await controller.says('first leads')
  server.allow([pods])
  const { role } = await controller.says('leases.coordination.k8s.io "podorder-controller" is forbidden')
  t.regex(String(role), /resourceNames: \["podorder-controller"\]\n {4}verbs: \["get", "update"\]/)
  await controller.says('leads no more')
  server.store.put(PODS, makePod('a', { containers: { app: false, proxy: true } }))
  const { length } = server.requests
  // It goes on asking for the Lease; had it written, it would have done so before.
  await eventually('another try', () => server.requests.length > length)
  t.is(countPatches(server), 0)
  server.allow([pods, leases])
  await eventually('it is written', () => readAnnotation(server, 'a', 'ready') === 'proxy')
  const told = controller.lines().map(({ event }) => event)
  t.deepEqual(
    told.filter((event) => /leading|standby/.test(event)),
    ['leading', 'standby', 'leading'],
  )
})
