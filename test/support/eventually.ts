/** Waits in tests: an assertion is repeated until it holds, so that tests contain no durations. */

import { LIMIT_MS } from './time-limit.ts'

const RETRY_MS = 10

/**
 * Repeats `look` until it returns something other than false or undefined.
 * @param what the expected state, for the error
 * @throws after the time limit; the cause is the last error of `look`
 */
export async function eventually<Seen>(
  what: string,
  look: () => Seen | false | undefined | Promise<Seen | false | undefined>,
): Promise<Seen> {
  const deadline = performance.now() + LIMIT_MS
  for (;;) {
    let trouble: unknown
    try {
      const seen = await look()
      if (seen !== false && seen !== undefined) return seen
    } catch (error) {
      trouble = error
    }
    if (performance.now() > deadline) throw new Error(`not seen in time: ${what}`, { cause: trouble })
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** @throws when the promise does not resolve in time; `explain` gives details for the error */
export async function inTime<Value>(what: string, promise: Promise<Value>, explain: () => string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not in time: ${what}\n${explain()}`)), LIMIT_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
