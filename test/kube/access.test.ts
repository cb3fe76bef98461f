import test, { type ExecutionContext } from 'ava'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findAccess } from '../../src/kube/find-access.io.ts'
import { openKube } from '../../src/kube/kube.io.ts'

const NO_WISH = { kubeconfig: undefined, context: undefined }

/** JSON is YAML enough here. */
const parse = (text: string) =>
  Promise.resolve(text.startsWith('{') ? { value: JSON.parse(text) as unknown } : { problem: 'line 1: no map' })

function open(t: ExecutionContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'podorder-access-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  return dir
}

function write(path: string, server: string, user: object = {}): string {
  const config = {
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
  }
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, JSON.stringify(config))
  return path
}

test('the flag wins over KUBECONFIG, and of several files one may be missing', async (t) => {
  const dir = open(t)
  const one = write(join(dir, 'one'), 'https://one')
  const two = write(join(dir, 'two'), 'https://two')
  t.like(await findAccess(NO_WISH, { KUBECONFIG: two }, parse), { access: { server: 'https://two' } })
  t.like(await findAccess({ ...NO_WISH, kubeconfig: one }, { KUBECONFIG: two }, parse), {
    access: { server: 'https://one' },
  })
  t.like(await findAccess(NO_WISH, { KUBECONFIG: `${dir}/none:${one}:${two}` }, parse), {
    access: { server: 'https://one' },
  })
})

test('what cannot be read is told by its path', async (t) => {
  const dir = open(t)
  t.deepEqual(await findAccess(NO_WISH, { KUBECONFIG: `${dir}/none` }, parse), {
    problem: `cannot read the kubeconfig ${dir}/none: no such file or directory (ENOENT)`,
  })
  writeFileSync(`${dir}/bad`, 'x')
  t.deepEqual(await findAccess(NO_WISH, { KUBECONFIG: `${dir}/bad` }, parse), {
    problem: `the kubeconfig ${dir}/bad is not YAML: line 1: no map`,
  })
  const config = write(join(dir, 'cert'), 'https://x', { 'client-certificate': 'gone.crt' })
  t.deepEqual(await openKube({ ...NO_WISH, kubeconfig: config }, {}, parse), {
    problem: 'cannot use the certificates for https://x: no such file or directory (ENOENT)',
  })
})

test('outside of a pod and without a kubeconfig there is no API, and that is said', async (t) => {
  const dir = open(t)
  const { HOME } = process.env
  process.env['HOME'] = dir
  t.teardown(() => {
    process.env['HOME'] = HOME
  })
  t.deepEqual(await findAccess(NO_WISH, {}, parse), {
    problem:
      'no Kubernetes API: this is not a pod, and there is no KUBECONFIG and no ~/.kube/config; give --kubeconfig FILE',
  })
  t.deepEqual(await findAccess(NO_WISH, { KUBERNETES_SERVICE_HOST: '10.96.0.1' }, parse), {
    problem: 'no Kubernetes API: this pod has no ServiceAccount token; set automountServiceAccountToken: true',
  })
  write(join(dir, '.kube/config'), 'https://home')
  t.like(await findAccess(NO_WISH, {}, parse), { access: { server: 'https://home' } })
})
