/** Is podorder's init container let in, and do all reach its volumes? */
import test from 'ava'
import * as fc from 'fast-check'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import { arbitraryManifest } from '../support/arbitrary-manifest.ts'
import { findings } from '../support/check.ts'
import { inject } from '../support/inject.ts'
import { checkRestricted, type PodSpec } from '../support/pod-security.ts'

const write = (spec = '', web = ''): string => `apiVersion: v1
kind: Pod
metadata:
  name: shop
  namespace: shop
  annotations:
    podorder.io/steps: db, web
spec:
  restartPolicy: Never
  ${spec}
  containers:
    - {name: db, image: postgres:16, command: [postgres]}
    - name: web
      image: example/web:1
      command: [/web]
      ${web}
`

const NAMESPACE = `---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}
`

const say = async (text: string): Promise<readonly string[]> =>
  (await findings(text)).map(({ level, rule, what }) => `${level} ${rule}: ${what}`)

test('what inject writes has nothing against it, in a namespace that enforces "restricted" neither', async (t) => {
  t.deepEqual(await say(`${write()}${NAMESPACE}`), [])
  const { stdout } = await inject('in.yaml', `${write()}${NAMESPACE}`)
  t.true(stdout.includes('podorder-init'))
  t.deepEqual(await say(stdout), [])
})

test('an init container that was changed since is told as it will be judged', async (t) => {
  const { stdout } = await inject('in.yaml', write())
  const changed = stdout.replace(/ +allowPrivilegeEscalation: false\n/, '')
  t.not(changed, stdout)
  const lacks = 'it lacks allowPrivilegeEscalation: false'
  t.deepEqual(await say(changed), [
    `warning security: podorder-init would be refused where "restricted" is enforced: ${lacks}`,
  ])
  t.deepEqual(await say(`${changed}${NAMESPACE}`), [
    `error security: podorder-init is refused, since its namespace enforces "restricted": ${lacks}`,
  ])
})

test('a pod that has become root since it was injected is told that it will not start', async (t) => {
  const root = 'securityContext: {runAsUser: 0}'
  t.deepEqual(await say(write(root)), [])
  const { stdout } = await inject('in.yaml', write())
  const [found] = await findings(stdout.replace('restartPolicy: Never\n', `restartPolicy: Never\n  ${root}\n`))
  t.like(found, { level: 'error', rule: 'security' })
  t.regex(found?.what ?? '', /cannot start/)
})

test('a container of another SELinux level than its pod is told, unless SELinux does not confine it', async (t) => {
  const level = (field: string) => `securityContext: {seLinuxOptions: {level: "s0:c1,c2"}${field}}`
  t.deepEqual(await say(write('', level(''))), [
    "warning security: its SELinux level is not the pod's: where SELinux enforces, it cannot use podorder's volumes",
  ])
  t.deepEqual(await say(write(level(''), level(''))), [])
  t.deepEqual(await say(write('', level(', privileged: true'))), [])
})

for (const binSource of ['copy', 'image-volume'] as const) {
  test(`nothing that podorder adds to any pod is refused by "restricted": --bin-source ${binSource}`, async (t) => {
    await fc.assert(
      fc.asyncProperty(arbitraryManifest, async ({ text }) => {
        const { code, stdout } = await inject('in.yaml', text, { rewrite: { binSource } })
        if (code > 0 || !stdout.includes('podorder-init')) return
        const [{ value } = { value: {} }] = readManifest(stdout).documents
        const { spec } = value as { readonly spec: PodSpec }
        // A root of the pod's own is the pod's own fault, and refused before podorder came.
        const faults = checkRestricted(spec).filter(
          (fault) => /podorder-/.test(fault) && !fault.endsWith('runAsUser is 0'),
        )
        t.deepEqual(faults, [])
      }),
      { numRuns: Number(process.env['RUNS'] ?? 60) },
    )
  })
}
