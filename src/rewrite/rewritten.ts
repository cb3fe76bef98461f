/** Whether a pod already has everything that the rewrite would write, regardless of additions by others. Pure. */
import { ORDERED } from '../pod/annotation-names.ts'
import { allContainers, type Container, type PodTemplate } from '../pod/pod.ts'
import { isGateProbe, isOwnVolume } from '../pod/own.ts'

export function isRewritten({ metadata, spec }: PodTemplate, { metadata: meant, spec: wanted }: PodTemplate): boolean {
  const containers = new Map(allContainers(spec).map((each) => [each.name, each]))
  const volumes = new Set(spec.volumes?.map(({ name }) => name))
  const mountsOf = ({ volumeMounts = [] }: Container) => volumeMounts.filter(isOwnVolume)
  return (
    metadata?.labels?.[ORDERED] === meant?.labels?.[ORDERED] &&
    (wanted.volumes ?? []).every(({ name }) => volumes.has(name)) &&
    allContainers(wanted).every((want) => {
      const found = containers.get(want.name)
      if (found === undefined || !says(mountsOf(found), mountsOf(want))) return false
      const own = (['livenessProbe', 'readinessProbe'] as const).filter((field) => isGateProbe(want[field]))
      return ['command', 'args', 'startupProbe', 'lifecycle', ...own].every((field) => says(found[field], want[field]))
    })
  )
}

/** Whether a value has all wanted fields. The API server adds defaults, such as a probe's successThreshold. */
function says(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(wanted) && (!Array.isArray(value) || value.length !== wanted.length)) return false
  return Object.entries(wanted).every(([key, part]) => says((value as Readonly<Record<string, unknown>>)[key], part))
}
