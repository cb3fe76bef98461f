/** Carrying out what a probe or a hook asks: a command beside the container's own, or a request to one of its ports. */
import { formatDuration, LONGEST_TIMER_MS } from '../base/duration.ts'
import type { Hook } from '../probe/hook.ts'
import type { Check, Probe, ProbeResult } from '../probe/probe.ts'
import type { RunPorts } from './ports.ts'
import { type Runtime, UNREACHABLE } from './runtime.ts'
import { startTimer } from '../base/timer.ts'

/** They never reject, and leave nothing behind. What was ended by the signal says nothing. */
export interface Checks {
  /** Settles within the probe's timeout. */
  probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult>
  /** As long as it takes. */
  perform(hook: Hook, signal: AbortSignal): Promise<ProbeResult>
}

export function createChecks(runtime: Runtime, { prober }: Pick<RunPorts, 'prober'>): (container: string) => Checks {
  const { address } = runtime
  /** The prober goes to loopback for gRPC, which knows no host. */
  const canReach = (kind: Check['kind']): boolean =>
    address === undefined || (address !== UNREACHABLE && kind !== 'grpc')
  /** A check that names no host is of this pod. */
  const place = <Asked extends { readonly host: string | undefined }>(check: Asked): Asked => ({
    ...check,
    host: check.host ?? address,
  })
  return (container) => ({
    async probe({ check, timing }, signal) {
      if (check.kind === 'exec') {
        return within(timing.timeoutMs, signal, (cancel) => runtime.run(container, check.argv, cancel, 'probe'))
      }
      // What cannot be asked is not held against the container.
      if (!canReach(check.kind)) return { ok: true }
      return prober.probe({ check: check.kind === 'grpc' ? check : place(check), timing }, signal)
    },
    async perform(hook, signal) {
      if (hook.kind === 'sleep') return pause(hook.ms, signal)
      if (hook.kind === 'impossible') return { ok: false, why: hook.why }
      const { check } = hook
      if (check.kind === 'http') return canReach('http') ? prober.perform(place(check), signal) : { ok: true }
      return within(LONGEST_TIMER_MS, signal, (cancel) => runtime.run(container, check.argv, cancel, 'hook'))
    },
  })
}

async function within<Result>(
  ms: number,
  signal: AbortSignal,
  act: (cancel: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController()
  const cancel = (): void => over.abort(new Error('cancelled'))
  const expire = (): void => over.abort(new Error(`timed out after ${formatDuration(ms)}`))
  const timer = startTimer(expire, ms)
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  try {
    return await act(over.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve({ ok: true })
    }
    const timer = startTimer(wake, ms)
    signal.addEventListener('abort', wake)
    if (signal.aborted) wake()
  })
}
