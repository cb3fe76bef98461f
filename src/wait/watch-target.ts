/** Following one target outside the pod, whatever it is. */
import { known, met, refused, waiting } from '../kube/target-result.ts'
import type { CheckTarget, FileTarget, Target } from '../kube/target.ts'
import { explainFault } from '../probe/probe-fault.ts'
import { describeCheck, DEFAULT_TIMING, type Probe } from '../probe/probe.ts'
import type { OnState, WatchPorts } from './ports.ts'
import { watchObjects } from './watch-objects.ts'
import { startTimer } from '../base/timer.ts'

/** Answers of servers that are just starting take a while. */
const CHECK_TIMEOUT_MS = 5000

/**
 * Tells at once when something is known, and after every change, until closed. `met` may be taken back: a pod that was ready
 * may be so no longer.
 */
export function watchTarget(target: Target, ports: WatchPorts, onState: OnState): { close(): void } {
  if (target.kind === 'check') return watchCheck(target, ports, onState)
  if (target.kind === 'file') return watchFile(target, ports, onState)
  return watchObjects(target, ports, onState)
}

/** Nobody tells when a server or a command would succeed, so these alone are tried again and again. */
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
