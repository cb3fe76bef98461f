/** Pods that should end, but have other containers that nothing stops. Pure. */
import { fieldOf, textOf } from '../pod/api-object.ts'
import { allContainers, type PodTemplate } from '../pod/pod.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, placeAlong } from './checked-pod.ts'

interface Mesh {
  readonly proxy: string
  /** A label or annotation with one of these values requests the proxy. */
  readonly asks: readonly [key: string, values: readonly string[]]
  /** Annotations that make the proxy a native sidecar, which the kubelet stops. The fix proposes the first one. */
  readonly native: readonly [string, ...string[]]
}

/** Sources: istio.io (resource annotations), linkerd.io (proxy configuration; older releases use the alpha or beta name). */
const MESHES: readonly Mesh[] = [
  {
    proxy: 'istio-proxy',
    asks: ['sidecar.istio.io/inject', ['true']],
    native: ['sidecar.istio.io/nativeSidecar'],
  },
  {
    proxy: 'linkerd-proxy',
    asks: ['linkerd.io/inject', ['enabled', 'ingress']],
    native: [
      'config.beta.linkerd.io/proxy-enable-native-sidecar',
      'config.alpha.linkerd.io/proxy-enable-native-sidecar',
      'config.linkerd.io/proxy-enable-native-sidecar',
    ],
  },
]

const advice = { rule: 'advice', level: 'warning' } as const

export function checkJobSidecars(pod: CheckedPod): readonly CheckResult[] {
  const { restartPolicy = 'Always' } = pod.before.spec
  return restartPolicy === 'Always' ? [] : [...checkOrdinary(pod), ...checkMeshes(pod)]
}

/** A container that is watched as `sidecar/NAME` serves others and does not end by itself. */
function checkOrdinary({ before: { spec }, order }: CheckedPod): readonly CheckResult[] {
  const ordinary = new Set(spec.containers.map(({ name }) => name))
  const seen = new Set<string>()
  return order.outside.flatMap(({ target, container, at }): readonly CheckResult[] => {
    if (target.kind !== 'sidecar' || !ordinary.has(target.name) || seen.has(target.name)) return []
    seen.add(target.name)
    const what = `"${target.name}" is an ordinary container that podorder does not wrap: nothing stops it when the work is done, so the pod does not end`
    const fix = 'make it a native sidecar: an init container with restartPolicy Always'
    return [{ ...advice, at, container, what, fix }]
  })
}

function checkMeshes({ tree, before, order }: CheckedPod): readonly CheckResult[] {
  const there = new Set(allContainers(before.spec).map(({ name }) => name))
  return MESHES.flatMap(({ proxy, asks: [key, values], native }): readonly CheckResult[] => {
    const wait = order.outside.find(({ target }) => target.kind === 'sidecar' && target.name === proxy)
    const asked = ['labels', 'annotations'].find((field) => values.includes(textOf(before, 'metadata', field, key)))
    const settled = native.some((annotation) => isTrue(before, annotation))
    if ((wait === undefined && asked === undefined) || settled || there.has(proxy)) return []
    const at = wait?.at ?? placeAlong(tree, ['metadata', asked ?? '', key])
    const what = `${proxy}, which the mesh adds, keeps the pod from ending unless it is a native sidecar, because nothing stops it`
    return [{ ...advice, at, what, fix: `add the annotation ${native[0]}: "true" to the pod` }]
  })
}

function isTrue({ metadata }: PodTemplate, annotation: string): boolean {
  return fieldOf(metadata, 'annotations', annotation) === 'true'
}
