/** What `deploy/` puts into a cluster: taken by the API server, of one piece, and allowed no more than it does. */
import { Environment } from '@marcbachmann/cel-js'
import test from 'ava'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { WEBHOOKS } from '../src/webhook/cluster.ts'
import { PATH } from '../src/webhook/answering.ts'
import { listGrants } from '../src/controller/controller-role.ts'
import { DEFAULT_IMAGE } from '../src/pod/own.ts'
import type { Container } from '../src/pod/pod.ts'
import { listServiceNames } from '../src/webhook/tls-credentials.ts'
import type { Certificate, Configuration, Deployment, Role, Selecting, Selector } from './support/deployed.ts'
import { type DeployedObject, render } from './support/kustomize.ts'
import { checkRestricted } from './support/pod-security.ts'
import { isKnownKind, validateObject } from './support/schema.ts'

const DEPLOY = fileURLToPath(new URL('../deploy', import.meta.url))
const BASE = render(DEPLOY)
const WITH_CERT_MANAGER = render(`${DEPLOY}/cert-manager`)

/** Of these no schema was recorded. */
const UNKNOWN = [
  'networking.k8s.io/v1 NetworkPolicy',
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding',
  'cert-manager.io/v1 Issuer',
  'cert-manager.io/v1 Certificate',
]

const tell = ({ kind, metadata }: DeployedObject): string => `${kind}/${metadata.name}`

function find(objects: readonly DeployedObject[], kind: string, name: string): DeployedObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name)
  if (found === undefined) throw new Error(`there is no ${kind}/${name}`)
  return found
}

type Where = Parameters<typeof find>
const findDeployment = (...where: Where) => find(...where) as unknown as Deployment
const findSelecting = (...where: Where) => find(...where) as unknown as Selecting
const findConfiguration = (...where: Where) => find(...where) as unknown as Configuration
const findRole = (...where: Where) => find(...where) as unknown as Role
const findCertificate = (...where: Where) => find(...where) as unknown as Certificate

for (const [name, objects] of Object.entries({ base: BASE, 'cert-manager': WITH_CERT_MANAGER })) {
  test(`an API server takes every object: ${name}`, (t) => {
    const known = objects.filter(isKnownKind)
    t.deepEqual(
      objects
        .filter((object) => !known.includes(object))
        .filter(({ apiVersion, kind }) => !UNKNOWN.includes(`${apiVersion} ${kind}`)),
      [],
    )
    t.deepEqual(
      known.flatMap((object) => validateObject(object).map((fault) => `${tell(object)}: ${fault}`)),
      [],
    )
    t.true(known.length >= 12)
    t.is(new Set(objects.map(tell)).size, objects.length)
  })

  test(`everything is in the namespace that comes with it, or in none: ${name}`, (t) => {
    find(objects, 'Namespace', 'podorder')
    const clusterWide = [
      ...['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'MutatingWebhookConfiguration'],
      ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
    ]
    for (const object of objects) {
      t.is(object.metadata.namespace, clusterWide.includes(object.kind) ? undefined : 'podorder', tell(object))
    }
  })

  test(`bindings bind what is there: ${name}`, (t) => {
    for (const object of objects.filter(({ kind }) => kind.endsWith('RoleBinding'))) {
      const { roleRef, subjects } = object as unknown as {
        readonly roleRef: { readonly kind: string; readonly name: string }
        readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[]
      }
      t.truthy(find(objects, roleRef.kind, roleRef.name))
      for (const subject of subjects) {
        t.truthy(find(objects, subject.kind, subject.name))
        t.is(subject.namespace, 'podorder')
      }
    }
  })

  for (const component of ['webhook', 'controller']) {
    const deployment = findDeployment(objects, 'Deployment', `podorder-${component}`)
    const { template, selector, replicas } = deployment.spec
    const [container] = template.spec.containers as [Container]

    test(`the pods of the ${component} are those that all others mean, and meet the standard "restricted": ${name}`, (t) => {
      t.is(replicas, 2)
      t.like(template.metadata?.labels, selector.matchLabels)
      t.deepEqual(checkRestricted(template.spec as Parameters<typeof checkRestricted>[0]), [])
      t.is(find(objects, 'ServiceAccount', String(template.spec['serviceAccountName'])).kind, 'ServiceAccount')
      const meaning = { matchLabels: selector.matchLabels }
      t.deepEqual(findSelecting(objects, 'PodDisruptionBudget', `podorder-${component}`).spec.selector, meaning)
      t.deepEqual(findSelecting(objects, 'NetworkPolicy', `podorder-${component}`).spec.podSelector, meaning)
      t.deepEqual(template.spec['topologySpreadConstraints'], [
        {
          ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
          labelSelector: meaning,
        },
      ])
    })

    test(`the ${component} runs this version, and its probes and policies name ports that it has: ${name}`, (t) => {
      t.is(container.image, DEFAULT_IMAGE)
      t.deepEqual(container.command, ['/podorder/image/podorder'])
      t.is(container.args?.[0], component)
      const ports = new Set((container['ports'] as readonly { readonly name: string }[]).map((port) => port.name))
      const policy = JSON.stringify(find(objects, 'NetworkPolicy', `podorder-${component}`))
      const named = [JSON.stringify(container), policy].join().matchAll(/"port":"([a-z]+)"/g)
      for (const [, port = ''] of named) t.true(ports.has(port), port)
    })
  }

  test(`the webhook is called where it listens, as it wants to be called: ${name}`, (t) => {
    const { webhooks } = findConfiguration(objects, 'MutatingWebhookConfiguration', 'podorder')
    const service = findSelecting(objects, 'Service', 'podorder-webhook')
    const { template, selector } = findDeployment(objects, 'Deployment', 'podorder-webhook').spec
    t.deepEqual(service.spec.selector, selector.matchLabels)
    t.deepEqual(
      template.spec.containers.map((container) => container['ports']),
      [
        [
          { name: 'https', containerPort: 8443 },
          { name: 'health', containerPort: 8080 },
        ],
      ],
    )
    t.deepEqual(
      webhooks.map((webhook) => webhook.name),
      WEBHOOKS,
    )
    for (const { clientConfig, rules, sideEffects, timeoutSeconds, admissionReviewVersions } of webhooks) {
      t.deepEqual(clientConfig, {
        service: {
          name: 'podorder-webhook',
          namespace: 'podorder',
          path: PATH,
          port: service.spec.ports?.[0]?.port ?? 0,
        },
      })
      t.deepEqual(rules, [
        { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'], scope: 'Namespaced' },
      ])
      t.deepEqual([sideEffects, timeoutSeconds, admissionReviewVersions], ['None', 10, ['v1']])
    }
    t.true(template.spec.containers[0]?.args?.includes(`--image=${DEFAULT_IMAGE}`))
  })
}

/** As the API server matches labels: NotIn holds also where there is no such label. */
function matches({ matchExpressions }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return matchExpressions.every(
    ({ key, operator, values }) => values.includes(labels[key] ?? '') === (operator === 'In'),
  )
}

function countCalls(
  namespace: string,
  ofNamespace: string | undefined,
  ofPod: string | undefined,
  more: Readonly<Record<string, string>> = {},
): number {
  const { webhooks } = findConfiguration(BASE, 'MutatingWebhookConfiguration', 'podorder')
  const say = (word: string | undefined) => (word === undefined ? {} : { 'podorder.io/inject': word })
  const labels = { 'kubernetes.io/metadata.name': namespace, ...say(ofNamespace), ...more }
  return webhooks.filter(
    ({ namespaceSelector, objectSelector }) =>
      matches(namespaceSelector, labels) && matches(objectSelector, say(ofPod)),
  ).length
}

test('who opts in, by namespace or by pod, is asked about once; who does not, or opts out, never', (t) => {
  t.is(countCalls('shop', undefined, undefined), 0)
  t.is(countCalls('shop', 'enabled', undefined), 1)
  t.is(countCalls('shop', undefined, 'enabled'), 1)
  t.is(countCalls('shop', 'enabled', 'enabled'), 1)
  t.is(countCalls('shop', 'enabled', 'disabled'), 0)
  t.is(countCalls('shop', 'disabled', 'enabled'), 1)
  for (const namespace of ['kube-system', 'kube-node-lease', 'podorder']) {
    t.is(countCalls(namespace, 'enabled', 'enabled'), 0)
  }
})

test('the own namespace is left out by a label that it brings along, whatever it is called', (t) => {
  const { labels = {} } = find(BASE, 'Namespace', 'podorder').metadata
  for (const ofPod of ['enabled', undefined]) t.is(countCalls('elsewhere', 'enabled', ofPod, labels), 0)
  t.is(countCalls('elsewhere', undefined, 'enabled', labels), 0)
})

for (const [name, objects] of Object.entries({ base: BASE, 'cert-manager': WITH_CERT_MANAGER })) {
  test(`who deletes all of it in its order deletes the configuration before the webhook: ${name}`, (t) => {
    const places = new Map(objects.map((object, index) => [tell(object), index]))
    const placeOf = (what: string): number => places.get(what) ?? -1
    t.is(placeOf('MutatingWebhookConfiguration/podorder'), 0)
    t.true(placeOf('Namespace/podorder') < placeOf('Deployment/podorder-webhook'))
    t.true(placeOf('ValidatingAdmissionPolicy/podorder-controller') < placeOf('ClusterRoleBinding/podorder-controller'))
    for (const file of ['kustomization.yaml', 'base/kustomization.yaml', 'cert-manager/kustomization.yaml']) {
      t.regex(readFileSync(`${DEPLOY}/${file}`, 'utf8'), /^sortOptions: \{ order: fifo \}$/m)
    }
  })
}

/** As the API server judges an update of a pod by this user. @returns the messages of what is broken; undefined: not its matter */
function judgeUpdate(username: string, oldObject: object, object: object): readonly string[] | undefined {
  const { matchConditions, validations } = find(BASE, 'ValidatingAdmissionPolicy', 'podorder-controller')['spec'] as {
    readonly matchConditions: readonly { readonly expression: string }[]
    readonly validations: readonly { readonly expression: string; readonly message: string }[]
  }
  const cel = new Environment({ enableOptionalTypes: true, unlistedVariablesAreDyn: true })
  const variables = { object, oldObject, request: { userInfo: { username } } }
  if (!matchConditions.every(({ expression }) => cel.evaluate(expression, variables) === true)) return undefined
  return validations
    .filter(({ expression }) => cel.evaluate(expression, variables) !== true)
    .map(({ message }) => message)
}

test('the controller can write its own annotations, and nothing else of a pod', (t) => {
  const controller = 'system:serviceaccount:somewhere:podorder-controller'
  const pod = {
    metadata: { name: 'p', labels: { a: 'b' }, annotations: { other: 'x', 'podorder.io/ready': 'db' } },
    spec: { containers: [{ name: 'a', image: 'a:1' }] },
  }
  const { metadata, spec } = pod
  const annotate = (annotations: object) => ({ ...pod, metadata: { ...metadata, annotations } })
  const own = {
    'podorder.io/ready': 'db,cache',
    'podorder.io/failed': 'x',
    'podorder.io/nudge': '1',
    'tekton.dev/ready': 'READY',
  }
  for (const allowed of [pod, annotate({ other: 'x', ...own }), annotate({ other: 'x' })]) {
    t.deepEqual(judgeUpdate(controller, pod, allowed), [])
  }
  t.deepEqual(
    judgeUpdate(controller, { ...pod, metadata: { name: 'p' } }, { ...pod, metadata: { name: 'p', annotations: own } }),
    [],
  )
  const refused = {
    image: { ...pod, spec: { containers: [{ name: 'a', image: 'evil:1' }] } },
    label: { ...pod, metadata: { ...metadata, labels: { a: 'c' } } },
    'no labels': { metadata: { name: 'p', annotations: metadata.annotations }, spec },
    finalizer: { ...pod, metadata: { ...metadata, finalizers: ['x'] } },
    owner: { ...pod, metadata: { ...metadata, ownerReferences: [{ name: 'x' }] } },
    'another annotation': annotate({ ...metadata.annotations, more: 'x' }),
    'a changed one': annotate({ ...metadata.annotations, other: 'y' }),
    'a removed one': annotate({ 'podorder.io/ready': 'db' }),
    'its order': annotate({ ...metadata.annotations, 'podorder.io/depends-on': 'a: b' }),
  }
  for (const [what, object] of Object.entries(refused)) t.is(judgeUpdate(controller, pod, object)?.length, 1, what)
  for (const user of ['system:serviceaccount:podorder:podorder-webhook', 'jane', `x${controller}`, `${controller}s`]) {
    t.is(judgeUpdate(user, pod, refused.image), undefined)
  }
})

test('the webhook may read and change its own Secret and its own configuration, and nothing else', (t) => {
  t.deepEqual(findRole(BASE, 'Role', 'podorder-webhook').rules, [
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['podorder-webhook-tls'], verbs: ['get', 'patch'] },
  ])
  t.deepEqual(findRole(BASE, 'ClusterRole', 'podorder-webhook').rules, [
    {
      ...{ apiGroups: ['admissionregistration.k8s.io'], resources: ['mutatingwebhookconfigurations'] },
      ...{ resourceNames: ['podorder'], verbs: ['patch'] },
    },
  ])
  t.is(find(BASE, 'Secret', 'podorder-webhook-tls')['data'], undefined)
})

test('the controller may do what it says it must, with pods and with its own Lease', (t) => {
  const lease = { namespace: 'podorder', name: 'podorder-controller' }
  const [pods, leases] = listGrants({ namespace: undefined, lease, events: false })
  const rulesOf = (kind: string) =>
    findRole(BASE, kind, 'podorder-controller').rules.map(({ apiGroups: [group], resources: [plural], ...rule }) => ({
      resource: { group, plural },
      ...('resourceNames' in rule ? { names: rule.resourceNames } : {}),
      verbs: rule.verbs,
    }))
  t.deepEqual(rulesOf('ClusterRole') as unknown, pods?.rules)
  t.deepEqual(rulesOf('Role') as unknown, leases?.rules)
})

test('with cert-manager the webhook takes its certificate from there, and is allowed nothing', (t) => {
  const { template } = findDeployment(WITH_CERT_MANAGER, 'Deployment', 'podorder-webhook').spec
  const [container] = template.spec.containers
  t.is(template.spec['automountServiceAccountToken'], false)
  t.is(container?.args?.at(-1), `--cert-dir=${container?.volumeMounts?.[0]?.mountPath}`)
  const certificate = findCertificate(WITH_CERT_MANAGER, 'Certificate', 'podorder-webhook').spec
  t.deepEqual(template.spec.volumes, [{ name: 'tls', secret: { secretName: certificate.secretName } }])
  t.deepEqual(certificate.dnsNames, listServiceNames('podorder-webhook', 'podorder').slice(0, 2))
  const { metadata } = find(WITH_CERT_MANAGER, 'MutatingWebhookConfiguration', 'podorder')
  t.deepEqual(metadata.annotations, { 'cert-manager.io/inject-ca-from': 'podorder/podorder-webhook' })
  const access = WITH_CERT_MANAGER.filter(
    ({ kind, metadata: { name } }) => kind.includes('Role') && name.includes('webhook'),
  )
  t.deepEqual(access.map(tell), [])
})
