import test from 'ava'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import { collectionOf, slicesOf } from '../../src/kube/collection.ts'
import { writeRoles } from '../../src/kube/least-role.ts'
import { subjectOf } from '../../src/kube/subject.ts'
import { type ObjectTarget, parseTarget } from '../../src/kube/target.ts'

function targets(...texts: readonly string[]): readonly ObjectTarget[] {
  return texts.map((text) => {
    const target = parseTarget(text)
    if (!('which' in target)) throw new Error(text)
    return target
  })
}

const SUBJECT = { namespace: 'rec', serviceAccount: 'waiter' }

test('the Role allows what is waited for, by name, and binds the ServiceAccount', (t) => {
  t.is(
    writeRoles(targets('pod/db', 'pod/cache', 'service/mail'), 'rec', SUBJECT),
    `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: podorder-wait-waiter
  namespace: rec
rules:
  - apiGroups: [""]
    resources: ["pods"]
    resourceNames: ["db", "cache"]
    verbs: ["list", "watch"]
  - apiGroups: [""]
    resources: ["services"]
    resourceNames: ["mail"]
    verbs: ["list", "watch"]
  - apiGroups: ["discovery.k8s.io"]
    resources: ["endpointslices"]
    verbs: ["list", "watch"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: podorder-wait-waiter
  namespace: rec
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: podorder-wait-waiter
subjects:
  - kind: ServiceAccount
    name: waiter
    namespace: rec
`,
  )
})

test('a selector needs all objects of the kind, and every namespace a Role of its own', (t) => {
  const written = writeRoles(targets('job/ops/migrate', 'job/ops/-lapp=x', 'pod/db'), 'rec', SUBJECT)
  t.is(written.split('---\n').length, 4)
  const [ops = '', , rec = ''] = written.split('---\n')
  t.true(
    ops.includes('  namespace: ops\n') && ops.includes('resources: ["jobs"]\n    verbs') && ops.includes('["batch"]'),
  )
  t.true(rec.includes('resourceNames: ["db"]'))
  t.is(written.match(/namespace: rec\n/g)?.length, 4)
})

test('the ServiceAccount is the one that the API names', (t) => {
  const said =
    'pods is forbidden: User "system:serviceaccount:rec:norbac" cannot list resource "pods" in API group "" in the namespace "rec"'
  t.deepEqual(subjectOf(said, 'other'), { namespace: 'rec', serviceAccount: 'norbac' })
  t.deepEqual(subjectOf('Unauthorized', 'other'), { namespace: 'other', serviceAccount: 'default' })
})

test('one object is selected by its name, which is what a Role can allow', (t) => {
  const [pod, jobs, service, services] = targets('pod/db', 'job/-lapp=x', 'service/mail', 'service/-lapp=x') as [
    ObjectTarget,
    ObjectTarget,
    ObjectTarget,
    ObjectTarget,
  ]
  t.deepEqual(collectionOf(pod, 'n'), { path: '/api/v1/namespaces/n/pods', fieldSelector: 'metadata.name=db' })
  t.deepEqual(collectionOf(jobs, 'n'), { path: '/apis/batch/v1/namespaces/n/jobs', labelSelector: 'app=x' })
  const path = '/apis/discovery.k8s.io/v1/namespaces/n/endpointslices'
  t.deepEqual(slicesOf(service, 'n'), { path, labelSelector: 'kubernetes.io/service-name=mail' })
  t.deepEqual(slicesOf(services, 'n'), { path, labelSelector: 'kubernetes.io/service-name' })
})

test('in a namespace of others a Role is called after both, so that none takes the place of another', (t) => {
  const nameOf = (namespace: string): string | undefined =>
    /^ {2}name: (.*)$/m.exec(
      writeRoles(targets('pod/ops/db'), namespace, { namespace, serviceAccount: 'default' }),
    )?.[1]
  t.deepEqual(['ops', 'shop', 'mail'].map(nameOf), [
    ...['podorder-wait-default', 'podorder-wait-shop:default', 'podorder-wait-mail:default'],
  ])
})

test('a name stays a name, whoever reads the YAML', (t) => {
  for (const name of ['on', '1e3', '42', 'null', 'a\nkind: b', 'a: b']) {
    const subject = { namespace: name, serviceAccount: name }
    const [, binding] = readManifest(writeRoles(targets('pod/db'), name, subject)).documents
    t.like(binding?.value, { subjects: [{ kind: 'ServiceAccount', name, namespace: name }] })
    t.true(writeRoles(targets('pod/db'), name, subject).includes(`namespace: ${JSON.stringify(name)}\n`))
  }
})
