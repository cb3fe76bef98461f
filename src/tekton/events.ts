/** Signals and the cancellation, in the order they came, for whoever is in charge. */

/** A signal's number, or the step was cancelled. */
export type StepEvent = number | 'cancel'

export interface Events {
  post(event: StepEvent): void
  /** Hands on events from now on, those that nobody has taken yet first. */
  listen(listener: (event: StepEvent) => void): void
  /** From now on they are kept for the next listener; so is what the last one gives back. */
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
