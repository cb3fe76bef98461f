/** Virtual time for code in this process, which passes only in calls of `pass`. Code that runs within `own` has timers of this time. */
import { AsyncLocalStorage } from 'node:async_hooks'

/** The owner of timers. Those of a dead owner are dropped, and those of a frozen owner are delayed. */
export interface Owner {
  dead: boolean
  frozenUntilMs: number
}

export interface VirtualTime {
  nowMs(): number
  /** Starts a timer. @param owner undefined: the simulation itself */
  after(owner: Owner | undefined, ms: number, act: () => void): void
  /** Runs a function, with all its asynchronous consequences, for an owner. */
  own<Result>(owner: Owner, act: () => Result): Result
  /** Lets time pass until a moment, or until no timers are left. */
  pass(untilMs: number): Promise<void>
  /** Restores the timers of the process. */
  restore(): void
}

interface Timer {
  readonly atMs: number
  readonly turn: number
  readonly owner: Owner | undefined
  readonly act: () => void
  readonly everyMs: number | undefined
  cancelled: boolean
}

/** Replaces the timers of this process. */
export function takeTime(): VirtualTime {
  const real = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate }
  const owners = new AsyncLocalStorage<Owner>()
  const heap: Timer[] = []
  let now = 0
  let turns = 0

  const isBefore = (one: Timer, other: Timer): boolean =>
    one.atMs < other.atMs || (one.atMs === other.atMs && one.turn < other.turn)
  const put = (timer: Timer): void => {
    let at = heap.push(timer) - 1
    for (let above = (at - 1) >> 1; at > 0 && isBefore(timer, heap[above] as Timer); above = (at - 1) >> 1) {
      heap[at] = heap[above] as Timer
      at = above
    }
    heap[at] = timer
  }
  const take = (): Timer => {
    const first = heap[0] as Timer
    const last = heap.pop() as Timer
    if (heap.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Timer, heap[below] as Timer)) below++
      if (!isBefore(heap[below] as Timer, last)) break
      heap[at] = heap[below] as Timer
      at = below
    }
    heap[at] = last
    return first
  }
  const plan = (owner: Owner | undefined, ms: number, act: () => void, everyMs?: number): Timer => {
    const delayMs = Number.isFinite(ms) ? Math.max(0, ms) : 0
    const timer = { atMs: now + delayMs, turn: turns++, owner, act, everyMs, cancelled: false }
    put(timer)
    return timer
  }
  const cancel = (timer: unknown): void => {
    if (typeof timer === 'object' && timer !== null && 'cancelled' in timer) timer.cancelled = true
  }
  type Act = (...words: readonly unknown[]) => void
  const global = globalThis as unknown as Record<string, unknown>
  global['setTimeout'] = (act: Act, ms = 0, ...words: readonly unknown[]) =>
    plan(owners.getStore(), ms, () => act(...words))
  global['setImmediate'] = (act: Act, ...words: readonly unknown[]) => plan(owners.getStore(), 0, () => act(...words))
  global['setInterval'] = (act: Act, ms = 1, ...words: readonly unknown[]) =>
    plan(owners.getStore(), ms, () => act(...words), Math.max(1, ms))
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) global[name] = cancel

  /** Waits until all promises have settled that can. */
  const settle = (): Promise<void> => new Promise((resolve) => real.setImmediate(resolve))

  return {
    nowMs: () => now,
    after: (owner, ms, act) => void plan(owner, ms, act),
    own: (owner, act) => owners.run(owner, act),
    async pass(untilMs) {
      while (heap.length > 0 && (heap[0] as Timer).atMs <= untilMs) {
        const timer = take()
        const { owner, act, everyMs } = timer
        if (timer.cancelled || owner?.dead === true) continue
        now = timer.atMs
        if (owner !== undefined && owner.frozenUntilMs > now) {
          put(Object.assign(timer, { atMs: owner.frozenUntilMs, turn: turns++ }))
          continue
        }
        if (everyMs !== undefined) put(Object.assign(timer, { atMs: now + everyMs, turn: turns++ }))
        if (owner === undefined) act()
        else owners.run(owner, act)
        await settle()
      }
      now = Math.max(now, untilMs)
    },
    restore: () => void Object.assign(globalThis, real),
  }
}
