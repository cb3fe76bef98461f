/** Variables from files (`fileKeyRef`): the version they need, and when they are read. Pure. */
import { fieldOf, textOf } from '../pod/api-object.ts'
import { allContainers, type Container } from '../pod/pod.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, placeIn } from './checked-pod.ts'

export function checkEnvFiles({ tree, before: { spec }, order }: CheckedPod): readonly CheckResult[] {
  const initContainers = spec.initContainers ?? []
  const ordered = new Set(order.containers)
  const written = new Set(initContainers.flatMap(({ volumeMounts }) => (volumeMounts ?? []).map(({ name }) => name)))
  return allContainers(spec).flatMap((container): readonly CheckResult[] => {
    const variables = listVariables(container)
    const [first] = variables
    if (first === undefined) return []
    const { name } = container
    const version: CheckResult = {
      ...{ rule: 'version', level: 'note', at: placeIn(tree, name, 'env', first.index), container: name },
      what: 'its variables from files (fileKeyRef) need Kubernetes 1.35, or 1.34 with the feature gate EnvFiles',
      fix: 'make sure that the cluster is not older',
    }
    if (!ordered.has(name)) return [version]
    // The kubelet reads the file when it creates the container, before the wrapper waits.
    const early = variables.filter(({ volume }) => !written.has(volume))
    return [
      version,
      ...early.map(({ index, variable, volume, optional }): CheckResult => {
        const then = optional
          ? 'without a file then it is missing'
          : 'the container is made only once the file is there'
        return {
          ...{ rule: 'advice', level: optional ? 'warning' : 'note', container: name },
          at: placeIn(tree, name, 'env', index),
          what: `${variable} is read from volume "${volume}" before ${name} begins to wait: ${then}`,
          fix: 'have an init container write the file',
        }
      }),
    ]
  })
}

function listVariables({ env }: Container) {
  return (env ?? []).flatMap(({ name: variable, valueFrom }, index) => {
    const ref = fieldOf(valueFrom, 'fileKeyRef') ?? undefined
    if (ref === undefined) return []
    return [{ index, variable, volume: textOf(ref, 'volumeName'), optional: fieldOf(ref, 'optional') === true }]
  })
}
