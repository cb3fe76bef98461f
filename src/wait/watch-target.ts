/** Follows one target of any kind outside the pod. */
import { known, met, refused, waiting } from '../kube/target-result.ts'
import type { CheckTarget, FileTarget, Target } from '../kube/target.ts'
import { explainFault } from '../probe/probe-fault.ts'
import { describeCheck, DEFAULT_TIMING, type Probe } from '../probe/probe.ts'
import type { OnState, WatchPorts } from './ports.ts'
import { watchObjects } from './watch-objects.ts'
import { startTimer } from '../base/timer.ts'

/** Servers that are starting may answer slowly. */
const CHECK_TIMEOUT_MS = 5000

/**
 * Reports the state as soon as it is known, and after every change, until closed. A target that was `met` may not be met later: a
 * pod may lose its readiness.
 */
export function watchTarget(target: Target, ports: WatchPorts, onState: OnState): { close(): void } {
  if (target.kind === 'check') return watchCheck(target, ports, onState)
  if (target.kind === 'file') return watchFile(target, ports, onState)
  return watchObjects(target, ports, onState)
}

/** Checks a server or a command periodically, since nothing reports its changes. */
function watchCheck({ check }: CheckTarget, ports: WatchPorts, onState: OnState): { close(): void } {
  const over = new AbortController()
  const probe: Probe = { check, timing: { ...DEFAULT_TIMING, timeoutMs: CHECK_TIMEOUT_MS } }
  let timer: NodeJS.Timeout | undefined
  const look = async (): Promise<void> => {
    const result = await (await ports.prober()).probe(probe, over.signal)
    if (over.signal.aborted) return
    onState(known(result.ok ? met(`${describeCheck(check)} succeeds`) : waiting(result.why)))
    if (!over.signal.aborted) timer = startTimer(() => void look(), ports.periodMs)
  }
  void look()
  return {
    close() {
      over.abort()
      clearTimeout(timer)
    },
  }
}

function watchFile({ path }: FileTarget, ports: WatchPorts, onState: OnState): { close(): void } {
  let closed = false
  let there: boolean | undefined
  let watch: { close(): Promise<void> } | undefined
  const look = (): void => {
    if (closed) return
    const now = ports.exists(path)
    if (now === there) return
    there = now
    onState(known(now ? met('it is there') : waiting('it does not exist')))
  }
  const begin = async (): Promise<void> => {
    watch = await ports.watchPaths([path], look, ports.warn)
    if (closed) await watch.close()
    else look()
  }
  look()
  if (!closed) {
    begin().catch((error: unknown) => {
      const message = explainFault(undefined, error instanceof Error ? error.message : String(error))
      onState(refused({ kind: 'other', message: `it cannot be watched: ${message}` }))
    })
  }
  return {
    close() {
      closed = true
      void watch?.close()
    },
  }
}
