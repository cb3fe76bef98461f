/** A queue of signals and the cancellation for the current listener. */

/** A signal's number, or the step was cancelled. */
export type StepEvent = number | 'cancel'

export interface Events {
  post(event: StepEvent): void
  /** Passes on events, beginning with those that are kept. */
  listen(listener: (event: StepEvent) => void): void
  /** Keeps events for the next listener, including those that the last one returns. */
  keep(returned?: readonly StepEvent[]): void
}

export function createEvents(): Events {
  let kept: StepEvent[] = []
  let listener: ((event: StepEvent) => void) | undefined
  return {
    post(event) {
      if (listener === undefined) kept.push(event)
      else listener(event)
    },
    listen(next) {
      listener = next
      const waiting = kept
      kept = []
      for (const event of waiting) next(event)
    },
    keep(returned = []) {
      listener = undefined
      kept.unshift(...returned)
    },
  }
}
