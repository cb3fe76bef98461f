/**
 * Carries out probes and hooks inside the pod, as the kubelet does (pkg/probe, pkg/kubelet/lifecycle). The code of each kind is
 * loaded at its first use, since most wrappers have one probe or none.
 */
import { formatDuration } from '../base/duration.ts'
import { codeOf } from '../base/system-error.ts'
import type { HookCheck } from './hook.ts'
import { explainFault } from './probe-fault.ts'
import type { Check, Probe, ProbeResult } from './probe.ts'
import { probeExec } from './probe-exec.io.ts'
import { probeGrpc } from './probe-grpc.io.ts'
import { callHttp, probeHttp } from './probe-http.io.ts'
import { dial, reach } from './reach.io.ts'
import { startTimer } from '../base/timer.ts'

export interface Prober {
  /**
   * Probes once. Settles within the probe's timeout and leaves no connection or process behind. Never rejects: a check that cannot
   * be made has failed.
   * @param signal ends the probe early; then the result has no meaning.
   */
  probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult>
  /** Carries out a postStart hook, which has no time limit; otherwise like `probe`. */
  perform(check: HookCheck, signal: AbortSignal): Promise<ProbeResult>
}

export function createProber(): Prober {
  return {
    async probe({ check, timing }, signal) {
      const over = new AbortController()
      const expire = (): void => over.abort(new Error(`timed out after ${formatDuration(timing.timeoutMs)}`))
      const timer = startTimer(expire, timing.timeoutMs)
      try {
        return await settle(over, signal, () => carryOut(check, over.signal))
      } finally {
        clearTimeout(timer)
      }
    },
    perform(check, signal) {
      const over = new AbortController()
      const act = () => (check.kind === 'http' ? callHttp(check, over.signal) : probeExec(check, over.signal))
      return settle(over, signal, act)
    },
  }
}

/** Resolves with the result, or as soon as `over` is aborted. */
async function settle(
  over: AbortController,
  signal: AbortSignal,
  act: () => Promise<ProbeResult>,
): Promise<ProbeResult> {
  const cancel = (): void => over.abort(new Error('cancelled'))
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  try {
    return await Promise.race([act(), untilOver(over.signal)])
  } catch (error) {
    const cause: unknown = over.signal.aborted ? over.signal.reason : error
    return { ok: false, why: explainFault(codeOf(cause), cause instanceof Error ? cause.message : String(cause)) }
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

function untilOver(over: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  if (over.aborted) reject(over.reason)
  over.addEventListener('abort', () => reject(over.reason))
  return promise
}

function carryOut(check: Check, over: AbortSignal): Promise<ProbeResult> {
  switch (check.kind) {
    case 'http':
      return probeHttp(check, over)
    case 'tcp':
      return probeTcp(check, over)
    case 'exec':
      return probeExec(check, over)
    case 'grpc':
      return probeGrpc(check, over)
  }
}

async function probeTcp({ host, port }: Extract<Check, { kind: 'tcp' }>, over: AbortSignal): Promise<ProbeResult> {
  const socket = await reach(host, port, (address) => dial(address, port, over))
  socket.destroy()
  return { ok: true }
}
