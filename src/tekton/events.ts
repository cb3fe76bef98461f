/** A queue that passes signals and the cancellation of the step to one listener at a time. */

/** The number of a signal, or the cancellation of the step. */
export type StepEvent = number | 'cancel'

export interface Events {
  post(event: StepEvent): void
  /** Passes all further events to the listener, beginning with the kept ones. */
  listen(listener: (event: StepEvent) => void): void
  /** Keeps events for the next listener. @param returned events that the last listener has not handled */
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
