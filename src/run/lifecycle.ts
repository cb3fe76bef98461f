/**
 * The kubelet's work for one incarnation of a container after its start: the postStart hook, the probes and the preStop hook.
 *
 * Source: pkg/kubelet/prober, pkg/kubelet/kuberuntime.
 */
import type { Care, CareProbe, ProbeKind } from '../probe/care.ts'
import type { Hook } from '../probe/hook.ts'
import { type ProbeFinding, hireWorker, takeResult } from '../probe/probe-worker.ts'
import type { KillCause } from '../pod/pod.ts'
import type { Checks } from './probing.ts'
import { startTimer } from '../base/timer.ts'

export interface Observer {
  /** Called when the postStart hook has succeeded, or there is none. The next container may start. */
  begun(): void
  /** Called when the startup probe has succeeded too, or there is none. */
  up(): void
  /** Called when the result of the readiness probe has changed. */
  ready(isReady: boolean, why: string | undefined): void
  unhealthy(failures: number, threshold: number, why: string): void
  /** Called when a probe or the postStart hook has failed. The container must be killed. @param graceMs the probe's grace period */
  failed(cause: KillCause, why: string, graceMs: number | undefined): void
  preStopFailed(why: string): void
  /** Called with an unexpected exception, which is a bug. */
  readonly broken: (error: unknown) => void
}

export interface Lifecycle {
  /** Must be called when the container runs. */
  begin(): void
  /** Must be called before a stop: ends the probes and a running postStart hook. */
  retire(): void
  /**
   * Runs the preStop hook, only once even after several calls.
   * @param graceMs the longest wait for the hook
   * @returns a promise that resolves when the hook has ended or `graceMs` have passed; the hook then continues until `close`. Undefined
   * without a hook.
   */
  preStop(graceMs: number): Promise<void> | undefined
  /** Must be called when the container has ended. */
  close(): void
}

export interface LifecyclePorts {
  readonly checks: Checks
  /** Monotonic time, in ms. */
  readonly clock: () => number
  /** A factor for the probes' delays and periods. */
  readonly scale: number
}

export function openLifecycle(
  { probes, hooks }: Care,
  { checks, clock, scale }: LifecyclePorts,
  observer: Observer,
): Lifecycle {
  const working = new AbortController()
  const leaving = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  let startedMs = 0
  let stopping: Promise<void> | undefined

  function retire(): void {
    working.abort()
    for (const timer of timers) clearTimeout(timer)
  }

  async function runPostStart(hook: Hook): Promise<void> {
    const result = await checks.perform(hook, working.signal)
    if (working.signal.aborted) return
    if (result.ok) beginProbes()
    else observer.failed('postStart', result.why, undefined)
  }

  function beginProbes(): void {
    observer.begun()
    if (probes.startup === undefined) comeUp()
    else begin('startup', probes.startup)
  }

  /** Begins the other probes, which the kubelet delays until the startup probe succeeds. */
  function comeUp(): void {
    observer.up()
    if (probes.liveness !== undefined) begin('liveness', probes.liveness)
    if (probes.readiness !== undefined) begin('readiness', probes.readiness)
  }

  function begin(kind: ProbeKind, probe: CareProbe): void {
    if (!working.signal.aborted) follow(kind, probe).catch(observer.broken)
  }

  async function follow(kind: ProbeKind, probe: CareProbe): Promise<void> {
    const { timing } = probe
    let worker = hireWorker(kind, timing, startedMs, clock(), scale)
    for (let { due } = worker.machine; due !== undefined; { due } = worker.machine) {
      await until(due)
      const result = await checks.probe(probe, working.signal)
      if (working.signal.aborted) return
      const { worker: next, finding, failures } = takeResult(worker, result.ok, clock())
      worker = next
      const why = result.ok ? undefined : result.why
      if (kind === 'liveness' && why !== undefined) observer.unhealthy(failures, timing.failureThreshold, why)
      if (finding !== undefined) conclude(kind, probe, finding, why)
    }
  }

  function conclude(kind: ProbeKind, { graceMs }: CareProbe, finding: ProbeFinding, why: string | undefined): void {
    if (kind === 'readiness') observer.ready(finding === 'passed', why)
    else if (finding === 'failed') observer.failed(kind, why ?? '', graceMs)
    else comeUp()
  }

  /** Resolves at a monotonic time; never after `retire`. */
  function until(due: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = startTimer(() => {
        timers.delete(timer)
        resolve()
      }, due - clock())
      timers.add(timer)
    })
  }

  /** Waits for the hook, for the grace period at most. A longer hook continues until the container ends, as in the kubelet. */
  async function runPreStop(hook: Hook, graceMs: number): Promise<void> {
    const { promise: expired, resolve: expire } = Promise.withResolvers<void>()
    const timer = startTimer(expire, graceMs)
    const over = checks.perform(hook, leaving.signal).then((result) => {
      if (!result.ok && !leaving.signal.aborted) observer.preStopFailed(result.why)
    })
    await Promise.race([over, expired])
    clearTimeout(timer)
  }

  return {
    begin() {
      startedMs = clock()
      if (hooks.postStart === undefined) beginProbes()
      else runPostStart(hooks.postStart).catch(observer.broken)
    },
    retire,
    preStop(graceMs) {
      if (hooks.preStop !== undefined && graceMs > 0) stopping ??= runPreStop(hooks.preStop, graceMs)
      return stopping
    },
    close() {
      retire()
      leaving.abort()
    },
  }
}
