/** Carries out the checks of probes and hooks: commands beside the container's own, and requests to its ports. */
import { formatDuration, LONGEST_TIMER_MS } from '../base/duration.ts'
import type { Hook } from '../probe/hook.ts'
import type { Check, Probe, ProbeResult } from '../probe/probe.ts'
import type { RunPorts } from './ports.ts'
import { type Runtime, UNREACHABLE } from './runtime.ts'
import { startTimer } from '../base/timer.ts'

/** Checks that never reject and leave no process behind. After an abort by the signal their result has no meaning. */
export interface Checks {
  /** Settles within the probe's timeout. */
  probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult>
  /** Runs without a time limit. */
  perform(hook: Hook, signal: AbortSignal): Promise<ProbeResult>
}

export function createChecks(runtime: Runtime, { prober }: Pick<RunPorts, 'prober'>): (container: string) => Checks {
  const { address } = runtime
  /** Tells whether the prober can reach the pod. A gRPC probe has no host, so the prober connects to loopback only. */
  const canReach = (kind: Check['kind']): boolean =>
    address === undefined || (address !== UNREACHABLE && kind !== 'grpc')
  /** Adds the address of the pod to a check that names no host. */
  const place = <Asked extends { readonly host: string | undefined }>(check: Asked): Asked => ({
    ...check,
    host: check.host ?? address,
  })
  return (container) => ({
    async probe({ check, timing }, signal) {
      if (check.kind === 'exec') {
        return within(timing.timeoutMs, signal, (cancel) => runtime.run(container, check.argv, cancel, 'probe'))
      }
      // A check that this machine cannot make counts as passed.
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
