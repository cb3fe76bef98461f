/**
 * The queue of writes to all pods. Changes come before nudges, a pod has at most one write in flight, and the rate is limited.
 * Times are passed in, in ms of a monotonic clock.
 */
import { createTimerQueue } from './timer-queue.ts'
import { fillBucket, takeToken } from './bucket.ts'
import type { ControlledPod } from './controlled-pod.ts'
import {
  afterFailure,
  afterWrite,
  BLANK,
  decide,
  type Memory,
  remember,
  type StepOptions,
  type Write,
} from './next-action.ts'

export interface QueuedWrite {
  readonly key: string
  readonly pod: ControlledPod
  readonly write: Write
}

export interface WorkQueue {
  /** @param key of the pod, constant for its whole life */
  see(key: string, pod: ControlledPod, nowMs: number): void
  /** Removes a pod that is gone, or that cannot be written to in its current state. */
  forget(key: string): void
  /** @returns the next write that is allowed now; the caller must report its result by `succeed` or `fail` */
  take(nowMs: number): QueuedWrite | undefined
  succeed(queued: QueuedWrite, version: string, nowMs: number): void
  fail(queued: QueuedWrite, nowMs: number, chance: number, askedMs?: number): void
  /** When to call `take` again if no pod changes before; undefined: not until then. */
  nextMs(nowMs: number): number | undefined
}

export interface WorkQueueOptions extends StepOptions {
  /** Writes per second. */
  readonly qps: number
  /** The most writes at once. */
  readonly burst: number
}

interface Entry {
  readonly pod: ControlledPod
  readonly memory: Memory
  readonly writing: boolean
}

export function createWorkQueue(options: WorkQueueOptions, beginMs: number): WorkQueue {
  /** The pods with work to do or memory to keep; other pods take no space. */
  const entries = new Map<string, Entry>()
  const timers = createTimerQueue()
  const urgent = new Set<string>()
  const idle = new Set<string>()
  let bucket = fillBucket(options.qps, options.burst, beginMs)

  const forget = (key: string): void => {
    entries.delete(key)
    urgent.delete(key)
    idle.delete(key)
    timers.drop(key)
  }

  /** Sorts a pod into the right queue. @returns its write if one is due now */
  const arrange = (key: string, entry: Entry, nowMs: number): Write | undefined => {
    const memory = remember(entry.memory, entry.pod, nowMs)
    entries.set(key, { ...entry, memory })
    if (entry.writing) return undefined
    const step = decide(memory, entry.pod, nowMs, options)
    if (step.kind === 'write') {
      timers.drop(key)
      const queue = step.write.kind === 'status' ? urgent : idle
      queue.add(key)
      return step.write
    }
    urgent.delete(key)
    idle.delete(key)
    if (step.kind === 'later') timers.put(key, step.atMs)
    else if (!memory.told) forget(key)
    return undefined
  }

  const finish = ({ key }: QueuedWrite, memory: (entry: Entry) => Memory, nowMs: number): void => {
    const entry = entries.get(key)
    if (entry !== undefined) arrange(key, { ...entry, memory: memory(entry), writing: false }, nowMs)
  }

  return {
    see(key, pod, nowMs) {
      const entry = entries.get(key) ?? { memory: BLANK, writing: false }
      arrange(key, { ...entry, pod }, nowMs)
    },
    forget,
    take(nowMs) {
      for (let key = timers.take(nowMs); key !== undefined; key = timers.take(nowMs)) {
        const entry = entries.get(key)
        if (entry !== undefined) arrange(key, entry, nowMs)
      }
      for (;;) {
        const [key = idle.values().next().value] = urgent
        const entry = key === undefined ? undefined : entries.get(key)
        if (key === undefined || entry === undefined) return undefined
        const token = takeToken(bucket, nowMs)
        if (token.waitMs > 0) return undefined
        const write = arrange(key, entry, nowMs)
        if (write === undefined) continue
        bucket = token.bucket
        urgent.delete(key)
        idle.delete(key)
        entries.set(key, { ...entry, writing: true })
        return { key, pod: entry.pod, write }
      }
    },
    succeed: (queued, version, nowMs) =>
      finish(queued, ({ memory }) => afterWrite(memory, queued.write, version, nowMs), nowMs),
    fail: (queued, nowMs, chance, askedMs) =>
      finish(queued, ({ memory }) => afterFailure(memory, queued.write, nowMs, chance, askedMs), nowMs),
    nextMs: (nowMs) => (urgent.size + idle.size > 0 ? nowMs + takeToken(bucket, nowMs).waitMs : timers.nextMs()),
  }
}
