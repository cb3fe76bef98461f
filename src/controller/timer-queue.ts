/** A priority queue of keys by time, as a binary heap: the earliest comes out first. */

export interface TimerQueue {
  /** Adds a key, or moves an existing one. */
  put(key: string, atMs: number): void
  /** @returns a key whose time has come */
  take(nowMs: number): string | undefined
  /** The earliest time; undefined when the queue is empty. */
  nextMs(): number | undefined
  drop(key: string): void
}

interface Entry {
  readonly key: string
  readonly atMs: number
}

export function createTimerQueue(): TimerQueue {
  const heap: Entry[] = []
  /** The valid time of each key. Heap entries with another time are stale, and are dropped when they reach the top. */
  const times = new Map<string, number>()
  const isLeftOver = ({ key, atMs }: Entry): boolean => times.get(key) !== atMs

  const rise = (entry: Entry): void => {
    let at = heap.push(entry) - 1
    for (let up = (at - 1) >> 1; at > 0 && (heap[up] as Entry).atMs > entry.atMs; up = (at - 1) >> 1) {
      heap[at] = heap[up] as Entry
      at = up
    }
    heap[at] = entry
  }
  const sink = (): void => {
    const entry = heap.pop()
    if (entry === undefined || heap.length === 0) return
    let at = 0
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      if (down + 1 < heap.length && (heap[down + 1] as Entry).atMs < (heap[down] as Entry).atMs) down++
      if ((heap[down] as Entry).atMs >= entry.atMs) break
      heap[at] = heap[down] as Entry
      at = down
    }
    heap[at] = entry
  }
  const peek = (): Entry | undefined => {
    for (let [top] = heap; top !== undefined; [top] = heap) {
      if (!isLeftOver(top)) return top
      sink()
    }
    return undefined
  }

  return {
    put(key, atMs) {
      if (times.get(key) === atMs) return
      times.set(key, atMs)
      rise({ key, atMs })
    },
    take(nowMs) {
      const top = peek()
      if (top === undefined || top.atMs > nowMs) return undefined
      sink()
      times.delete(top.key)
      return top.key
    },
    nextMs: () => peek()?.atMs,
    drop: (key) => void times.delete(key),
  }
}
