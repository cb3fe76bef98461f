/** The webhook's decisions, held to what a real API server has asked. */
import test from 'ava'
import { readNested } from '../../src/manifest/yaml.io.ts'
import { readPodOrder } from '../../src/order/pod-order.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { rewritePod } from '../../src/rewrite/rewrite.ts'
import { judgePod } from '../../src/webhook/admission.ts'
import { layOut } from '../../src/manifest/pod-page.ts'
import { isSpoken, readReview, writeAnswer } from '../../src/webhook/review.ts'
import { admit, annotate, carryOut, NEW_PODS, RECORDED, REWRITE } from '../support/admission.ts'
import { readStream } from '../support/recordings.ts'
import { checkRestricted } from '../support/pod-security.ts'
import { validateObject } from '../support/schema.ts'

test('there are reviews of every workload controller', (t) => {
  const names = NEW_PODS.map(([name]) => name)
  for (const controller of ['replicaset', 'statefulset', 'daemonset', 'job']) {
    t.true(names.includes(`pod-create-by-${controller}-controller`))
  }
  t.true(NEW_PODS.length >= 9)
})

for (const [name, body] of RECORDED) {
  test(`only new pods are looked at, and each uid comes back: ${name}`, (t) => {
    const review = readReview(body)
    if ('problem' in review) return t.fail(review.problem)
    t.true(isSpoken(review))
    t.is(review.uid, body.request.uid)
    t.is(
      review.pod !== undefined,
      NEW_PODS.some(([one]) => one === name),
    )
    const { response } = JSON.parse(writeAnswer(review, admit({ spec: { containers: [] } }))) as {
      readonly response: object
    }
    t.deepEqual(response, { uid: body.request.uid, allowed: true })
  })
}

for (const [name, { request }] of NEW_PODS) {
  const given = request.object
  if (given === null) throw new Error('a new pod without an object')
  const pod = annotate(given, { steps: '*' })

  test(`the patch makes of the recorded pod what the rewrite makes of it: ${name}`, (t) => {
    const layout = layOut(pod)
    const { order } = layout === undefined ? {} : readPodOrder(layout.tree, readNested)
    if (order === undefined) return t.fail('no order')
    const patched = carryOut(pod, admit(pod))
    t.deepEqual(patched, rewritePod(pod, order, REWRITE))
    t.not(patched.spec.initContainers, undefined)
    t.deepEqual(
      validateObject({ ...patched, metadata: { ...patched.metadata, name: 'x' } }),
      validateObject({ ...pod, metadata: { ...pod.metadata, name: 'x' } }),
    )
  })

  test(`called again, with what the API server and others have added, it changes nothing: ${name}`, (t) => {
    const patched = carryOut(pod, admit(pod))
    const defaulted: PodTemplate = {
      ...patched,
      spec: {
        ...patched.spec,
        volumes: [{ name: 'of-a-mesh', emptyDir: {} }, ...(patched.spec.volumes ?? [])],
        initContainers: (patched.spec.initContainers ?? []).map((container) => ({
          ...container,
          ...{ terminationMessagePath: '/dev/termination-log', imagePullPolicy: 'IfNotPresent' },
        })),
        containers: [...patched.spec.containers, { name: 'of-a-mesh', image: 'mesh', command: ['proxy'] }],
      },
    }
    const again = { ...defaulted, metadata: { ...defaulted.metadata } }
    again.metadata.annotations = {
      ...again.metadata.annotations,
      'podorder.io/steps': pod.spec.containers.map((one) => one.name).join(','),
    }
    const verdict = admit(again)
    t.deepEqual(verdict.kind === 'allowed' ? verdict.patch : verdict.message, [])
  })

  test(`a pod that does not ask for it, or opts out, stays as it is: ${name}`, (t) => {
    const untouched = { kind: 'allowed', patch: [], warnings: [] } as const
    t.deepEqual(admit(annotate(given, {})), untouched)
    t.deepEqual(admit(annotate(given, { steps: '*', inject: 'disabled' })), untouched)
    t.is(judgePod(annotate(given, { steps: '*', inject: 'enabled' }), REWRITE, readNested).kind, 'ordered')
  })
}

/** A policy or a rule of each, as its wrapper is told. */
const POLICIES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'container-restart-policy': { flaky: ['--restart-policy=OnFailure'], other: ['--restart-policy=Never'] },
  'restart-rule': {
    flaky: ['--restart-policy=Never', '--restart-rule=Restart:In:42'],
    other: ['--restart-policy=Never'],
  },
  'restart-all-containers': {
    worker: ['--restart-policy=Never', '--restart-rule=RestartAllContainers:In:42'],
    done: ['--restart-policy=Never'],
  },
  'always-pod-with-a-never-container': { once: ['--restart-policy=Never'], srv: ['--restart-policy=Always'] },
  'native-sidecar': { side: ['--restart-policy=Always'], main: ['--restart-policy=Never'] },
  'image-volume': { a: ['--restart-policy=Never'] },
}

for (const [name, expected] of Object.entries(POLICIES)) {
  test(`a pod of Kubernetes 1.36 keeps all that it said, and its wrappers know its policies: ${name}`, (t) => {
    const [line = ''] = readStream(`pod-1.36-${name}`)
    const names = Object.keys(expected)
    const [first = '', last = first] = names
    const wants = first === last ? { steps: '*' } : { 'depends-on': `${last}: {${first}: started}` }
    const pod = annotate((JSON.parse(line) as { object: PodTemplate }).object, wants)
    const patched = carryOut(pod, admit(pod))
    const before = new Map([...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((one) => [one.name, one]))
    const after = [...(patched.spec.initContainers ?? []), ...patched.spec.containers]
    for (const container of after.filter((one) => before.has(one.name))) {
      for (const field of ['restartPolicy', 'restartPolicyRules', 'startupProbe', 'image']) {
        const own = before.get(container.name)?.[field]
        // A startupProbe of its own is the wrapper's to carry out.
        if (field !== 'startupProbe' || own === undefined)
          t.deepEqual(container[field], own, `${container.name}.${field}`)
      }
      const mounts = before.get(container.name)?.volumeMounts ?? []
      t.deepEqual(container.volumeMounts?.slice(0, mounts.length), mounts)
      const flags = (container.args ?? []).filter((word) => /^--restart-(?:policy|rule)=/.test(word))
      if (expected[container.name] !== undefined) t.deepEqual(flags, expected[container.name])
    }
    t.deepEqual(patched.spec.volumes?.slice(0, pod.spec.volumes?.length), pod.spec.volumes)
  })
}

test('a pod without any list gets whole ones, and meets the standard "restricted" where it did before', (t) => {
  const securityContext = {
    ...{ allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
    seccompProfile: { type: 'RuntimeDefault' },
  }
  const containers = ['a', 'b'].map((name) => ({ name, image: 'x', command: [name], securityContext }))
  const pod = annotate({ metadata: {}, spec: { containers } }, { 'depends-on': 'b: {a: ready}' })
  const verdict = admit(pod)
  t.deepEqual(verdict.kind === 'allowed' && verdict.patch.filter(({ op }) => op === 'add').map(({ path }) => path), [
    '/metadata/annotations/podorder.io~1original',
    ...['0', '1'].flatMap((index) => [`/spec/containers/${index}/args`, `/spec/containers/${index}/volumeMounts`]),
    '/spec/volumes',
    '/spec/initContainers',
  ])
  t.deepEqual(checkRestricted(carryOut(pod, verdict).spec), [])
})
