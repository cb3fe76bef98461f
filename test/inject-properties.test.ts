/** What inject and eject promise about every manifest, tried on random ones. */
import { ORIGINAL } from '../src/pod/annotation-names.ts'
import test from 'ava'
import * as fc from 'fast-check'
import { readManifest, readNested } from '../src/manifest/yaml.io.ts'
import { combineCommand } from '../src/image/image-command.ts'
import type { Order } from '../src/order/order.ts'
import type { Container, PodTemplate } from '../src/pod/pod.ts'
import { readPlan } from '../src/entrypoint/plan.ts'
import { readPodOrder } from '../src/order/pod-order.ts'
import { restorePod } from '../src/rewrite/restore.ts'
import { rewritePod } from '../src/rewrite/rewrite.ts'
import { arbitraryManifest } from './support/arbitrary-manifest.ts'
import { arbitraryPod, type Pod } from './support/arbitrary-pod.ts'
import { eject, inject } from './support/inject.ts'
import { validateObject } from './support/schema.ts'

const numRuns = Number(process.env['RUNS'] ?? 300)
const OPTIONS = { image: 'registry.example/podorder:1' }

/** Undefined for a pod that says none. */
function readOrder(pod: PodTemplate): Order | undefined {
  const tree = readManifest(JSON.stringify(pod)).documents[0]?.tree()
  if (tree === undefined) throw new Error('no pod')
  return readPodOrder(tree, readNested).order
}

/** What its image would run, which the pod says itself. */
function findSaid({ metadata }: PodTemplate): (container: Container) => { words: readonly string[] } {
  return ({ name, args }) => {
    const said = metadata?.annotations?.[`podorder.io/command.${name}`]
    if (said === undefined) throw new Error(`nothing is said of ${name}`)
    return { words: combineCommand({ entrypoint: JSON.parse(said) as readonly string[], cmd: [] }, args ?? []) }
  }
}

function rewrite(pod: Pod, order: Order): PodTemplate {
  return rewritePod(pod, order, { ...OPTIONS, commandOf: findSaid(pod) })
}

/** Of each container all that it starts after, at once or in the end. */
function closure(edges: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const reach = (name: string, seen: Set<string>): Set<string> => {
    for (const target of edges.get(name) ?? []) if (!seen.has(target)) reach(target, seen.add(target))
    return seen
  }
  return new Map([...edges.keys()].toSorted().map((name) => [name, [...reach(name, new Set())].toSorted()]))
}

function wordsOf({ command = [], args = [] }: Container): readonly string[] {
  return [...(command ?? []), ...(args ?? [])]
}

test('a pod that says no order stays the same object, one that does keeps everything else', (t) => {
  fc.assert(
    fc.property(arbitraryPod, (pod) => {
      const order = readOrder(pod)
      if (order === undefined) return
      const after = rewrite(pod, order)
      const ordered = new Set(order.containers)
      t.deepEqual(
        after.spec.containers.map(({ name }) => name),
        pod.spec.containers.map(({ name }) => name),
      )
      after.spec.containers.forEach((container, index) => {
        if (!ordered.has(container.name)) t.true(container === pod.spec.containers[index])
      })
      t.deepEqual(after.spec.initContainers?.slice(1), [...(pod.spec.initContainers ?? [])])
      t.deepEqual(after.spec.volumes?.slice(0, -2), [...(pod.spec.volumes ?? [])])
      for (const field of Object.keys(pod.spec).filter((key) => !/^(?:initContainers|containers|volumes)$/.test(key)))
        t.is(after.spec[field], pod.spec[field])
    }),
    { numRuns },
  )
})

test('names are unique, no path is mounted twice, and an API server takes it', (t) => {
  fc.assert(
    fc.property(arbitraryPod, (pod) => {
      const order = readOrder(pod)
      if (order === undefined) return
      const after = rewrite(pod, order)
      const all = [...(after.spec.initContainers ?? []), ...after.spec.containers]
      for (const names of [all.map(({ name }) => name), (after.spec.volumes ?? []).map(({ name }) => name)])
        t.is(new Set(names).size, names.length)
      for (const { volumeMounts = [] } of all)
        t.is(new Set(volumeMounts.map(({ mountPath }) => mountPath)).size, volumeMounts.length)
      t.deepEqual(validateObject(after), [])
    }),
    { numRuns },
  )
})

test('the flags say the order that the annotations say, and the words that the container or its image says', (t) => {
  fc.assert(
    fc.property(arbitraryPod, (pod) => {
      const order = readOrder(pod)
      if (order === undefined) return
      const byName = new Map(pod.spec.containers.map((container) => [container.name, container]))
      const said = new Map(order.containers.map((name) => [name, [] as string[]]))
      for (const { container, target } of order.edges) said.get(container)?.push(target)
      const flagged = new Map<string, readonly string[]>()
      for (const { name, args = [], command } of rewrite(pod, order).spec.containers) {
        if (!said.has(name)) continue
        t.deepEqual(command, ['/podorder/bin/entrypoint'])
        const reading = readPlan(args, '/')
        if (reading.kind !== 'plan') throw new Error(JSON.stringify(reading))
        flagged.set(
          name,
          reading.plan.waits.map(({ path }) => path.split('/').at(-2) ?? ''),
        )
        const container = byName.get(name) ?? { name }
        const own = (container.command?.length ?? 0) > 0 ? wordsOf(container) : findSaid(pod)(container).words
        t.deepEqual(args.slice(reading.plan.command), [...own])
      }
      t.deepEqual(closure(flagged), closure(said))
    }),
    { numRuns },
  )
})

test('twice is once, and the way back leads to what was', (t) => {
  fc.assert(
    fc.property(arbitraryPod, (pod) => {
      const order = readOrder(pod)
      if (order === undefined) return
      const after = rewrite(pod, order)
      t.is(rewritePod(after, order, OPTIONS), after)
      t.deepEqual(restorePod(after).template, pod)
    }),
    { numRuns },
  )
})

/** All that is not the pod's spec. */
function headOf(pod: Pod | undefined): object {
  return {
    ...pod,
    spec: {},
    metadata: { ...pod?.metadata, annotations: { ...pod?.metadata?.annotations, [ORIGINAL]: '' } },
  }
}

const valuesOf = (text: string): readonly unknown[] => readManifest(text).documents.map(({ value }) => value)

test('a text in any style goes there and back; only where an alias had to be written out it is another of the same value', async (t) => {
  await fc.assert(
    fc.asyncProperty(arbitraryManifest, async ({ pod, text, format }) => {
      const after = await inject('in', text)
      t.is(after.code, 0, after.stderr)
      t.is(after.stderr.includes('layout'), false, after.stderr)
      const order = readOrder(pod)
      const [read, changed] = [text, after.stdout].map((one) => valuesOf(one)[0] as Pod)
      t.deepEqual(changed?.spec, order === undefined ? read?.spec : rewrite(read ?? pod, order).spec)
      t.deepEqual(headOf(changed), headOf(read))
      if (format === 'json') JSON.parse(after.stdout)
      t.is((await inject('in', after.stdout)).stdout, after.stdout)
      const back = await eject('in', after.stdout)
      if (format === 'yaml' && /[*]a\d/.test(text)) t.deepEqual(valuesOf(back.stdout), valuesOf(text))
      else t.is(back.stdout, text)
    }),
    { numRuns, endOnFailure: true },
  )
})
