/** `podorder webhook` as the API server meets it, on both runtimes: reviews over TLS, certificates from files. */
import test from 'ava'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCredentials } from '../../../src/webhook/make-certificate.io.ts'
import type { PodTemplate } from '../../../src/pod/pod.ts'
import { annotate, carryOut, NEW_PODS } from '../../support/admission.ts'
import { eventually } from '../../support/eventually.ts'
import { openDirectory, type Runtime, startWebhook } from '../../support/webhook.ts'

const DAY_MS = 86_400_000
const RUNTIMES: readonly Runtime[] = ['bun', 'node']

function putCertificate(dir: string): string {
  const made = makeCredentials(['localhost'], Date.now(), DAY_MS)
  writeFileSync(join(dir, 'tls.crt'), made.certificate)
  writeFileSync(join(dir, 'tls.key'), made.key)
  return made.authority
}

interface AnswerReview {
  readonly response: {
    readonly uid: string
    readonly allowed: boolean
    readonly patch?: string
    readonly warnings?: readonly string[]
    readonly status?: { readonly message: string }
  }
}

const [[, recorded]] = NEW_PODS as [(typeof NEW_PODS)[number]]

function write(
  annotations: Readonly<Record<string, string>>,
  change: (pod: PodTemplate) => PodTemplate = (pod) => pod,
) {
  const { object } = recorded.request
  if (object === null) throw new Error('a new pod without an object')
  const pod = change(annotate(object, annotations))
  return { pod, body: JSON.stringify({ ...recorded, request: { ...recorded.request, object: pod } }) }
}

function withoutCommands(pod: PodTemplate): PodTemplate {
  const containers = pod.spec.containers.map((container) => ({ ...container, command: [] }))
  return { ...pod, spec: { ...pod.spec, containers } }
}

for (const runtime of RUNTIMES) {
  test(`a pod is rewritten, and nothing of its words is logged: ${runtime}`, async (t) => {
    const dir = openDirectory(t)
    const ca = putCertificate(dir)
    const webhook = startWebhook(t, ['--cert-dir', dir], { runtime })
    const { pod, body } = write({ steps: '*' }, (given) => ({
      ...given,
      spec: {
        ...given.spec,
        containers: given.spec.containers.map((one) => ({ ...one, env: [{ name: 'PASSWORD', value: 'hunter2' }] })),
      },
    }))
    const reply = await webhook.post(body, ca)
    t.is(reply.status, 200)
    t.is(reply.headers['content-type'], 'application/json')
    const { response } = JSON.parse(reply.text) as AnswerReview
    t.is(response.uid, recorded.request.uid)
    const patch = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString()) as []
    const patched = carryOut(pod, { kind: 'allowed', patch, warnings: [] })
    t.deepEqual(patched.spec.containers[0]?.command, ['/podorder/bin/entrypoint'])
    const { pod: about } = await webhook.says('rewritten')
    t.regex(String(about), /^rec\//)
    t.false(webhook.stderr().includes('hunter2'))
  })

  test(`a certificate that is replaced is served at once, and half of one changes nothing: ${runtime}`, async (t) => {
    const dir = openDirectory(t)
    const first = putCertificate(dir)
    const webhook = startWebhook(t, ['--cert-dir', dir], { runtime })
    const { body } = write({ steps: '*' })
    t.is((await webhook.post(body, first)).status, 200)
    writeFileSync(join(dir, 'tls.key'), 'half')
    await webhook.says('warning')
    t.is((await webhook.post(body, first)).status, 200)
    const second = putCertificate(dir)
    await eventually('the new one is served', () => webhook.post(body, second).then(({ status }) => status === 200))
    await t.throwsAsync(webhook.post(body, first))
  })

  test(`told to end, it is no longer ready, answers what still comes, and ends with 0: ${runtime}`, async (t) => {
    const dir = openDirectory(t)
    const ca = putCertificate(dir)
    const webhook = startWebhook(t, ['--cert-dir', dir], { runtime })
    await webhook.port()
    t.is((await webhook.get('/healthz')).status, 200)
    t.is((await webhook.get('/readyz')).status, 200)
    webhook.signal('SIGTERM')
    await webhook.says('ending')
    t.is((await webhook.get('/readyz')).status, 503)
    t.is((await webhook.get('/healthz')).status, 200)
    t.is((await webhook.post(write({ steps: '*' }).body, ca)).status, 200)
    t.is(await webhook.code, 0)
  })
}

test('what cannot be ordered is denied with every fault', async (t) => {
  const dir = openDirectory(t)
  const ca = putCertificate(dir)
  const webhook = startWebhook(t, ['--cert-dir', dir])
  const { response } = JSON.parse((await webhook.post(write({ steps: 'x, y' }).body, ca)).text) as AnswerReview
  t.false(response.allowed)
  t.regex(response.status?.message ?? '', /2 errors .*\n.*unknown container "x".*\n.*unknown container "y"/)
  t.regex((await webhook.get('/metrics')).text, /^podorder_admissions_total\{result="denied"\} 1$/m)
})

test('without the command of an image a pod is denied with the fix, or let in with a warning, as it was set', async (t) => {
  const { body } = write({ steps: '*' }, withoutCommands)
  for (const how of ['deny', 'allow']) {
    const dir = openDirectory(t)
    const ca = putCertificate(dir)
    const webhook = startWebhook(t, ['--cert-dir', dir, '--offline', '--on-lookup-failure', how])
    const { response } = JSON.parse((await webhook.post(body, ca)).text) as AnswerReview
    t.is(response.allowed, how === 'allow')
    const said = how === 'allow' ? (response.warnings?.[0] ?? '') : (response.status?.message ?? '')
    t.regex(said, /spec\.containers\[0\]\.image: container "one": the command of image/)
    if (how === 'deny') t.regex(said, /write "command" in the container/)
    else t.regex(said, /^podorder: NOT ordered: /)
    t.is(response.patch, undefined)
  }
})

test('the words of an image come from a file where there is one', async (t) => {
  const dir = openDirectory(t)
  const ca = putCertificate(dir)
  writeFileSync(join(dir, 'images.yaml'), 'localhost/bb:1: {entrypoint: [/entry], cmd: [serve]}\n')
  const webhook = startWebhook(t, ['--cert-dir', dir, '--offline', '--image-config', join(dir, 'images.yaml')])
  const { pod, body } = write({ steps: '*' }, withoutCommands)
  const { response } = JSON.parse((await webhook.post(body, ca)).text) as AnswerReview
  const patch = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString()) as []
  const patched = carryOut(pod, { kind: 'allowed', patch, warnings: [] })
  t.deepEqual(patched.spec.containers[0]?.args?.slice(-3), ['--', '/entry', 'serve'])
})

test('what it cannot use is said in one sentence, with exit code 2', async (t) => {
  const dir = openDirectory(t)
  const missing = startWebhook(t, ['--cert-dir', join(dir, 'nowhere')])
  t.is(await missing.code, 2)
  t.regex(missing.stderr(), /nowhere: .*it must have tls\.crt and tls\.key/)
  const alone = startWebhook(t, [])
  t.is(await alone.code, 2)
  t.regex(alone.stderr(), /^podorder: no Kubernetes API: .*, or --cert-dir with a certificate of your own\n$/)
})
