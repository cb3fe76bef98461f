/** Concurrent work with a limit on its number or on its time. */
import { startTimer } from './timer.ts'

/** The results are in the order of the items. @throws the first error of `work` */
export async function mapAtOnce<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const take = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, take))
  return results
}

/** @param work gets a signal when the time is over or when `cancel` fires; the call waits for `work` to end in both cases */
export async function workWithin<Result>(
  ms: number,
  cancel: AbortSignal,
  work: (cancel: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController()
  const end = (): void => over.abort()
  const timer = startTimer(end, ms)
  cancel.addEventListener('abort', end)
  if (cancel.aborted) end()
  try {
    return await work(over.signal)
  } finally {
    clearTimeout(timer)
    cancel.removeEventListener('abort', end)
  }
}
