/** A hook, carried out beside the command that it belongs to. */
import type { Hook, HookCheck } from '../probe/hook.ts'
import { describeCheck, type ProbeResult } from '../probe/probe.ts'
import type { HookRun } from './ports.ts'
import { startTimer } from '../base/timer.ts'

interface Ports {
  readonly prober: { perform(check: HookCheck, signal: AbortSignal): Promise<ProbeResult> }
}

/** Begins at once. A failure is told with the hook's own words, since the kubelet shows them in the container's status. */
export function performHook(hook: Hook, { prober }: Ports): HookRun {
  if (hook.kind === 'sleep') {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const timer = startTimer(() => resolve(undefined), hook.ms)
    return { problem: promise, cancel: () => clearTimeout(timer) }
  }
  if (hook.kind === 'impossible') return { problem: Promise.resolve(hook.why), cancel: () => {} }
  const over = new AbortController()
  const problem = prober
    .perform(hook.check, over.signal)
    .then((result) => (result.ok ? undefined : `${describeCheck(hook.check)}: ${result.why}`))
  return { problem, cancel: () => over.abort() }
}
