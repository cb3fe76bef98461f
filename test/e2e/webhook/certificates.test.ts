/** Certificates of the webhook's own: made, shared by its replicas, made known, renewed; against an API server's double. */
import test, { type ExecutionContext } from 'ava'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCredentials } from '../../../src/webhook/make-certificate.io.ts'
import { succeed } from '../../../src/webhook/tls-credentials.ts'
import { NEW_PODS } from '../../support/admission.ts'
import { type ApiServer, startApiServer } from '../../support/api-server.ts'
import type { ApiObject } from '../../support/api-store.ts'
import { createAuthority } from '../../support/certificates.ts'
import { openDirectory, startWebhook, type Webhook } from '../../support/webhook.ts'

const DAY_MS = 86_400_000
const SECRETS = '/api/v1/secrets'
const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
const NAME = 'podorder-webhook-tls'
const HOST = 'podorder-webhook.podorder.svc'
const BODY = JSON.stringify(NEW_PODS[0]?.[1])

interface Cluster {
  readonly server: ApiServer
  start(): Webhook
  secret(): Readonly<Record<string, string>>
  caBundle(): string
}

async function openCluster(t: ExecutionContext, data?: Readonly<Record<string, string>>): Promise<Cluster> {
  const dir = openDirectory(t)
  const authority = createAuthority(dir)
  const server = await startApiServer({ authority })
  t.teardown(() => server.close())
  const cluster = `{server: "${server.url}", certificate-authority-data: ${btoa(authority.certificate)}}`
  const kubeconfig = join(dir, 'kubeconfig')
  writeFileSync(
    kubeconfig,
    `{current-context: x, clusters: [{name: c, cluster: ${cluster}}], users: [{name: u, user: {token: x}}],
      contexts: [{name: x, context: {cluster: c, user: u, namespace: podorder}}]}`,
  )
  const encoded = Object.entries(data ?? {}).map(([key, value]) => [key, btoa(value)])
  const metadata = { name: NAME, namespace: 'podorder' }
  server.store.put(SECRETS, {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata },
    ...(data === undefined ? {} : { data: Object.fromEntries(encoded) as Record<string, string> }),
  })
  server.store.put(CONFIGURATIONS, {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' },
    metadata: { name: 'podorder' },
    webhooks: [{ name: 'pods.podorder.io', clientConfig: { service: { name: 'podorder-webhook' } } }],
  })
  const find = (resource: string, namespace: string | undefined, name: string): ApiObject => {
    const found = server.store.find(resource, namespace, name)
    if (found === undefined) throw new Error(`there is no ${name}`)
    return found
  }
  return {
    server,
    start: () => startWebhook(t, ['--kubeconfig', kubeconfig, '--offline']),
    secret() {
      const { data: kept = {} } = find(SECRETS, 'podorder', NAME) as { readonly data?: Record<string, string> }
      return Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, atob(value)]))
    },
    caBundle() {
      const { webhooks } = find(CONFIGURATIONS, undefined, 'podorder') as unknown as {
        readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[]
      }
      return atob(webhooks[0]?.clientConfig.caBundle ?? '')
    },
  }
}

test('a certificate is made, kept and made known before the first review is answered', async (t) => {
  const cluster = await openCluster(t)
  const webhook = cluster.start()
  await webhook.port()
  t.is(cluster.secret()['ca.crt'], cluster.caBundle())
  t.is((await webhook.post(BODY, cluster.caBundle(), HOST)).status, 200)
  t.is((await webhook.get('/readyz')).status, 200)
  t.regex((await webhook.get('/metrics')).text, /^podorder_certificate_expiry_timestamp_seconds \d+$/m)
  t.false(webhook.stderr().includes('PRIVATE KEY'))
})

test('replicas that start at the same time serve the same certificate', async (t) => {
  const cluster = await openCluster(t)
  const webhooks = [cluster.start(), cluster.start(), cluster.start()]
  for (const webhook of webhooks) {
    await webhook.port()
    t.is((await webhook.post(BODY, cluster.caBundle(), HOST)).status, 200)
  }
  t.is(cluster.caBundle().match(/BEGIN/g)?.length, 1)
})

test('one that is due is renewed, and the authority before stays trusted', async (t) => {
  const old = makeCredentials([HOST], Date.now() - 70 * DAY_MS, 90 * DAY_MS)
  const cluster = await openCluster(t, { ...succeed(old, undefined) })
  const webhook = cluster.start()
  await webhook.port()
  t.not(cluster.secret()['tls.crt'], old.certificate)
  t.true(cluster.caBundle().endsWith(old.authority))
  t.is((await webhook.post(BODY, cluster.caBundle(), HOST)).status, 200)
})

for (const [what, change, said] of [
  [
    'of another authority',
    { 'ca.crt': makeCredentials([HOST], Date.now(), DAY_MS).authority },
    /not signed by the authority/,
  ],
  [
    'with an authority that is none',
    { 'ca.crt': makeCredentials([HOST], Date.now(), DAY_MS).certificate },
    /not the certificate of an authority/,
  ],
  ['with half a file', { 'ca.crt': 'half' }, /ca\.crt cannot be read/],
  ['for another service', makeKept('other.podorder.svc'), /is not for podorder-webhook\.podorder\.svc/],
  [
    'with the key of another',
    { 'tls.key': makeCredentials([HOST], Date.now(), DAY_MS).key },
    /not that of the certificate/,
  ],
] as const) {
  test(`one ${what} is due at once, and said, and its authority is not trusted`, async (t) => {
    const kept = { ...makeKept(HOST), ...change }
    const cluster = await openCluster(t, kept)
    const webhook = cluster.start()
    await webhook.port()
    t.regex((await webhook.says('warning')).message, said)
    t.is((await webhook.post(BODY, cluster.caBundle(), HOST)).status, 200)
    t.false(cluster.caBundle().includes(kept['ca.crt']))
    t.is(cluster.caBundle().match(/BEGIN/g)?.length, 1)
  })
}

function makeKept(name: string) {
  return { ...succeed(makeCredentials([name], Date.now(), 90 * DAY_MS), undefined) }
}

test('one that is good is served as it is, and not written again', async (t) => {
  const made = makeCredentials([HOST], Date.now(), 90 * DAY_MS)
  const cluster = await openCluster(t, { ...succeed(made, undefined) })
  const webhook = cluster.start()
  await webhook.port()
  t.is((await webhook.post(BODY, made.authority, HOST)).status, 200)
  t.deepEqual(
    cluster.server.requests.map(({ verb, path }) => `${verb} ${path}`),
    [`get /api/v1/namespaces/podorder/secrets/${NAME}`, `patch ${CONFIGURATIONS}/podorder`],
  )
})

test('what it is not allowed to do is said, and it is not ready', async (t) => {
  const cluster = await openCluster(t)
  cluster.server.allow([])
  const webhook = cluster.start()
  t.regex(
    (await webhook.says('error')).message,
    /^cannot read the Secret podorder\/podorder-webhook-tls: .*forbidden.*; the Role in deploy\/ allows its ServiceAccount to get it$/,
  )
  t.is((await webhook.get('/readyz')).status, 503)
  webhook.signal('SIGINT')
  t.is(await webhook.code, 0)
})

test('the Role in deploy/ is enough, and the API refuses nothing of what is done', async (t) => {
  const cluster = await openCluster(t)
  cluster.server.allow([
    { apiGroups: [''], resources: ['secrets'], resourceNames: [NAME], verbs: ['get', 'patch'] },
    {
      ...{ apiGroups: ['admissionregistration.k8s.io'], resources: ['mutatingwebhookconfigurations'] },
      ...{ resourceNames: ['podorder'], verbs: ['patch'] },
    },
  ])
  const webhook = cluster.start()
  t.is((await webhook.port()) > 0, true)
})
