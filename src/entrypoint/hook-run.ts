/** Runs a hook in parallel with the command of its container. */
import type { Hook, HookCheck } from '../probe/hook.ts'
import { describeCheck, type ProbeResult } from '../probe/probe.ts'
import type { HookRun } from './ports.ts'
import { startTimer } from '../base/timer.ts'

interface Ports {
  readonly prober: { perform(check: HookCheck, signal: AbortSignal): Promise<ProbeResult> }
}

/** Starts at once. A failure is reported in the hook's own words, which the kubelet shows in the container's status. */
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
