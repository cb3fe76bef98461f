/** Waiting for a while. */
import { startTimer } from './timer.ts'

/** Ends early when the signal fires. */
export function pause(ms: number, stop?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      stop?.removeEventListener('abort', end)
      resolve()
    }
    const timer = startTimer(end, ms)
    stop?.addEventListener('abort', end)
    if (stop?.aborted === true) end()
  })
}
