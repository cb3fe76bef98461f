/** Probes of a container whose command may be stopped on purpose: podorder's own probes replace them and call them. Pure. */
import type { Container } from '../pod/pod.ts'
import { makeOwnProbe } from '../pod/own.ts'
import { parseProbe } from '../probe/probe.ts'
import { writeProbe } from '../probe/probe-flag.ts'
import { keepFromExpansion, namePorts } from '../probe/wrapper-probes.ts'

type Fields = Readonly<Record<string, unknown>>

const FIELDS = [
  { field: 'livenessProbe', flag: '--liveness' },
  { field: 'readinessProbe', flag: '--readiness' },
] as const

const HANDLERS: readonly string[] = ['exec', 'httpGet', 'tcpSocket', 'grpc']

/** Kubernetes' default of timeoutSeconds (pkg/apis/core/v1/defaults.go, SetDefaults_Probe). */
const DEFAULT_TIMEOUT_S = 1
/** Time for the start of podorder's process in a container with little CPU. */
const START_S = 1

/** Replaces the container's probes. Probes that the API server would refuse are not changed. */
export function writeKeptProbes(container: Container, entrypoint: string, runDir: string): Fields {
  const ports = namePorts(container['ports'])
  const entries = FIELDS.flatMap(({ field, flag }) => {
    const own = (container[field] ?? undefined) as Fields | undefined
    const parsed = own === undefined ? undefined : parseProbe(own, ports)
    if (own === undefined || parsed === undefined || 'problem' in parsed) return []
    const others = Object.entries(own).filter(([name]) => !HANDLERS.includes(name))
    const timeout = own['timeoutSeconds']
    const exec = makeOwnProbe(entrypoint, runDir, container.name, [
      `${flag}=${writeProbe(keepFromExpansion(parsed.probe))}`,
    ])
    const timeoutSeconds = (typeof timeout === 'number' && timeout > 0 ? timeout : DEFAULT_TIMEOUT_S) + START_S
    return [[field, { ...Object.fromEntries(others), timeoutSeconds, exec }] as const]
  })
  return Object.fromEntries(entries)
}
