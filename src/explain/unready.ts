/** A container that runs and is not ready: which probe decides, and how often it runs. Pure. */
import type { ContainerStatus } from '../status/container-status.ts'
import { describeCheck, parseProbe } from '../probe/probe.ts'
import { namePorts } from '../probe/wrapper-probes.ts'
import { describePod, type Place, readLogs } from './kubectl.ts'
import { hasProbe } from './gate-status.ts'
import type { Trouble } from './trouble.ts'
import { tidy, wordDuration } from '../base/wording.ts'

/** @returns undefined for a container that is ready, or that is not running */
export function findUnready(container: ContainerStatus, place: Place, nowMs: number): Trouble | undefined {
  const { name, state, ready, started, spec, log, probe } = container
  if (state.kind !== 'running' || (ready && started)) return undefined
  const field = started || !hasProbe(spec, 'startupProbe') ? 'readinessProbe' : 'startupProbe'
  // Without a probe, the kubelet reports the container as ready at its next sync.
  if (!hasProbe(spec, field)) return undefined
  const since = state.sinceMs === undefined ? '' : ` for ${wordDuration(Math.max(0, nowMs - state.sinceMs))}`
  const limit = field === 'startupProbe' ? '; when it has failed too often, the container is started again' : ''
  const why = log?.unready ?? probe?.replace(/^\w+ probe failed: /, '')
  return {
    message: `runs${since}, but is not ready: its ${field} ${why === undefined ? 'decides' : `says ${why}`}${describeProbe(container, field)}${limit}`,
    clause: why === undefined ? 'is not ready' : `is not ready: ${why}`,
    next: [readLogs(place, name), describePod(place)],
  }
}

function describeProbe({ spec }: ContainerStatus, field: 'startupProbe' | 'readinessProbe'): string {
  const parsed = parseProbe(spec[field], namePorts(spec['ports']))
  if ('problem' in parsed) return ''
  const { check, timing } = parsed.probe
  return ` (${tidy(describeCheck(check))}, asked every ${wordDuration(timing.periodMs)})`
}
