/**
 * The writes to all pods: who is to be written to now, so that changes come before nudges, nobody is written to twice at once, and no
 * more is written than is allowed. Times are handed in, in ms of a monotonic clock.
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
  /** @param key of the pod, the same for its whole life */
  see(key: string, pod: ControlledPod, nowMs: number): void
  /** Forgets what is gone, or what nothing can be done for as it is now. */
  forget(key: string): void
  /** @returns what may be written now; whoever takes it says later what became of it. */
  take(nowMs: number): QueuedWrite | undefined
  succeed(queued: QueuedWrite, version: string, nowMs: number): void
  fail(queued: QueuedWrite, nowMs: number, chance: number, askedMs?: number): void
  /** When to take again, if nothing is seen before; undefined: not before. */
  nextMs(nowMs: number): number | undefined
}

export interface WorkQueueOptions extends StepOptions {
  /** Writes a second. */
  readonly qps: number
  /** Writes at once. */
  readonly burst: number
}

interface Entry {
  readonly pod: ControlledPod
  readonly memory: Memory
  readonly writing: boolean
}

export function createWorkQueue(options: WorkQueueOptions, beginMs: number): WorkQueue {
  /** The pods with something to do or to remember; the others cost nothing. */
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

  /** Puts it where it belongs. @returns what can be written now. */
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
