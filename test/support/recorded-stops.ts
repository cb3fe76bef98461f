/** How a real kubelet stopped the containers of seven pods, from `test/fixtures/kube/stops-1.36.json`. */
import { readFileSync } from 'node:fs'
import type { Container, PodSpec } from '../../src/pod/pod.ts'

/** An event: the seconds since the stop, the container, and `preStop-begin`, `preStop-end`, `start`, `exit42` or a signal without SIG. */
export type Mark = readonly [seconds: number, container: string, what: string]

export interface RecordedStop {
  readonly what: string
  readonly spec: PodSpec
  readonly seen: readonly Mark[]
}

interface Line {
  readonly what: string
  readonly graceSeconds: number
  readonly containers: readonly Container[]
  readonly seen: readonly Mark[]
}

/** The rule of the container that restarts all containers. It is not in the recording. */
const RULES = { restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }] }

export function readRecordedStops(): readonly RecordedStop[] {
  const file = new URL('../fixtures/kube/stops-1.36.json', import.meta.url)
  const lines = JSON.parse(readFileSync(file, 'utf8')) as readonly Line[]
  return lines.map(({ what, graceSeconds, containers, seen }) => {
    const first = ({ name, restartPolicy }: Container) => name === 'init' || restartPolicy === 'Always'
    const ruled = containers.map((one) => (one.name === 'trigger' ? { ...one, ...RULES } : one))
    const spec = {
      ...{ terminationGracePeriodSeconds: graceSeconds, restartPolicy: 'Always' as const },
      ...{ initContainers: ruled.filter(first), containers: ruled.filter((one) => !first(one)) },
    }
    return { what, spec, seen }
  })
}
