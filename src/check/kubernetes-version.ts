/** Features of a pod that need a recent Kubernetes version. Pure. */
import { allContainers } from '../pod/pod.ts'
import { BIN_VOLUME } from '../pod/own.ts'
import { textOf } from '../pod/api-object.ts'
import { readRestarts } from '../pod/restarts.ts'
import { writeProbing } from '../probe/wrapper-probes.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, placeAlong, placeIn } from './checked-pod.ts'

const note = { rule: 'version', level: 'note' } as const

export function checkVersion(pod: CheckedPod): readonly CheckResult[] {
  return [
    ...checkSidecars(pod),
    ...checkPolicies(pod),
    ...checkStopSignals(pod),
    ...checkSecureProbes(pod),
    ...checkImageVolume(pod),
  ]
}

/** An older API server drops the restartPolicy of init containers (recorded from Kubernetes 1.26), and the pod hangs at the first one. */
function checkSidecars({ tree, before, order }: CheckedPod): readonly CheckResult[] {
  return (before.spec.initContainers ?? []).flatMap((container): readonly CheckResult[] => {
    const { name } = container
    if (!order.sidecars.has(name)) return []
    const at = placeIn(tree, name, 'restartPolicy')
    const what = `it is a native sidecar, which needs Kubernetes 1.29`
    const { flags } = writeProbing(container)
    const startup = flags.some((flag) => flag.startsWith('--startup-probe='))
    const fix = startup
      ? 'make sure that the cluster is not older'
      : 'make sure that the cluster is not older; without a startupProbe, only containers that name it in the order wait until it is ready'
    return [{ ...note, at, container: name, what, fix }]
  })
}

function checkPolicies({ tree, before }: CheckedPod): readonly CheckResult[] {
  const { containers, restartPolicy } = before.spec
  const initContainers = before.spec.initContainers ?? []
  const all = [
    ...initContainers.filter((container) => container.restartPolicy !== 'Always'),
    ...containers,
    ...initContainers.filter(({ restartPolicy: own, ...rest }) => own === 'Always' && 'restartPolicyRules' in rest),
  ]
  return all.flatMap((container): readonly CheckResult[] => {
    if ((container.restartPolicy ?? undefined) === undefined) return []
    const { name } = container
    const { rules } = readRestarts(container, restartPolicy)
    const whole = rules.some(({ action }) => action === 'RestartAllContainers')
    const what = whole
      ? 'its rule RestartAllContainers needs Kubernetes 1.36'
      : 'its own restartPolicy needs Kubernetes 1.35'
    const fix = 'make sure that the cluster is not older: its API server refuses the pod, or leaves the field out'
    return [{ ...note, at: placeIn(tree, name, 'restartPolicy'), container: name, what, fix }]
  })
}

/** With its feature gate, an API server refuses a stop signal without the pod's system (pkg/apis/core/validation, validateStopSignal). */
function checkStopSignals({ tree, before: { spec } }: CheckedPod): readonly CheckResult[] {
  return allContainers(spec).flatMap((container): readonly CheckResult[] => {
    const { name } = container
    if (textOf(container, 'lifecycle', 'stopSignal') === '') return []
    const at = placeIn(tree, name, 'lifecycle', 'stopSignal')
    const what = 'its lifecycle.stopSignal needs Kubernetes 1.33 and its feature gate ContainerStopSignals'
    const fix =
      textOf(spec, 'os', 'name') === ''
        ? 'write os: {name: linux} in the spec: such a cluster refuses the pod without it; others leave the field out'
        : 'make sure that the cluster has it: others leave the field out'
    return [{ ...note, at, container: name, what, fix }]
  })
}

/** The wrapper's own probes do not depend on the version; the kubelet's probes do. */
function checkSecureProbes({ tree, before: { spec } }: CheckedPod): readonly CheckResult[] {
  return allContainers(spec).flatMap((container): readonly CheckResult[] => {
    const { name } = container
    const field = ['startupProbe', 'livenessProbe', 'readinessProbe'].find(
      (probe) => textOf(container, probe, 'grpc', 'mode') === 'TLS',
    )
    if (field === undefined) return []
    const what = 'its probe by gRPC with TLS needs Kubernetes 1.37 and its feature gate GRPCContainerProbeTLS'
    const fix = 'make sure that the cluster has it: other clusters ignore the field and probe without TLS, which fails'
    return [{ ...note, at: placeIn(tree, name, field, 'grpc', 'mode'), container: name, what, fix }]
  })
}

/** An image volume is beta from Kubernetes 1.33 on, and on by default from 1.35 on (feature gate ImageVolume). */
function checkImageVolume({ tree, after }: CheckedPod): readonly CheckResult[] {
  if (!(after.spec.volumes ?? []).some((volume) => volume.name === BIN_VOLUME && volume['image'] !== undefined))
    return []
  const what = 'podorder is mounted as an image volume, which needs Kubernetes 1.35, and containerd 2.1 or CRI-O 1.33'
  const fix = 'make sure that the nodes are not older, or inject with --bin-source copy'
  return [{ ...note, at: placeAlong(tree, ['spec']), what, fix }]
}
