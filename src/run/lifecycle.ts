/**
 * What the kubelet does for one life of a container beside starting it: the postStart hook, the probes, the preStop hook
 * (pkg/kubelet/prober, pkg/kubelet/kuberuntime).
 */
import type { Care, CareProbe, ProbeKind } from '../probe/care.ts'
import type { Hook } from '../probe/hook.ts'
import { type ProbeFinding, hireWorker, takeResult } from '../probe/probe-worker.ts'
import type { KillCause } from '../pod/pod.ts'
import type { Checks } from './probing.ts'
import { startTimer } from '../base/timer.ts'

export interface Observer {
  /** Its postStart hook has succeeded, or it has none: the next container may be started. */
  begun(): void
  /** And so has its startup probe, or it has none. */
  up(): void
  /** By its readiness probe, whenever that changes. */
  ready(isReady: boolean, why: string | undefined): void
  unhealthy(failures: number, threshold: number, why: string): void
  /** A probe or its postStart hook has failed, and it is to be killed. @param graceMs the probe's own */
  failed(cause: KillCause, why: string, graceMs: number | undefined): void
  preStopFailed(why: string): void
  /** A bug. */
  readonly broken: (error: unknown) => void
}

export interface Lifecycle {
  /** To be called when it runs. */
  begin(): void
  /** To be called when it is to stop: no more probes, and a postStart hook that is still at it is cut short. */
  retire(): void
  /**
   * The preStop hook, once, however often it is asked for.
   * @returns when it is over or has had its time (it goes on then, until `close`); undefined when there is nothing to wait for
   */
  preStop(graceMs: number): Promise<void> | undefined
  /** To be called when it has ended. */
  close(): void
}

export interface LifecyclePorts {
  readonly checks: Checks
  /** Monotonic, ms. */
  readonly clock: () => number
  /** The probes' delays and periods are so many times as long. */
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

  /** The kubelet holds the other probes back until then. */
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

  /** Never resolves when it is to stop meanwhile. */
  function until(due: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = startTimer(() => {
        timers.delete(timer)
        resolve()
      }, due - clock())
      timers.add(timer)
    })
  }

  /** No longer than the grace period is it waited for; the kubelet lets it go on then, until the container ends. */
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
