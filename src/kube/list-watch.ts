/**
 * List, then watch from there, then watch again: where a follower of a collection stands, and what each ending means for it.
 * A state machine fed with what came; the requests are made by `follow.io.ts`. Pure.
 *
 * A list gives a resourceVersion, each watch begins after the last one that was seen: of a list, of an event, or of a
 * BOOKMARK, which is there for nothing else. When the server has forgotten it (410 Expired, as HTTP status or as an ERROR
 * line under HTTP 200) everything is listed again.
 */
import { type KubeFailure, isTransient, readStatus, unreachable } from './failure.ts'
import { fieldOf, textOf } from '../pod/api-object.ts'
import { delayRetry } from '../base/back-off.ts'

export interface Following {
  /** What the next watch begins after; undefined: list first. */
  readonly version: string | undefined
  /** A continue token may expire before a long list is through; the next list is then asked for in one piece. */
  readonly paged: boolean
  /** Failures in a row. */
  readonly failures: number
  /** A list has succeeded once: what is refused from now on has been allowed before. */
  readonly listed: boolean
}

export type WatchEvent =
  | { readonly kind: 'put' | 'gone'; readonly object: unknown; readonly version: string }
  | { readonly kind: 'bookmark'; readonly version: string }
  | { readonly kind: 'error'; readonly failure: KubeFailure }

/** How a list or a watch came to its end. `closed`: the server ended it in good order (`timeoutSeconds`). */
export type Ending =
  | { readonly kind: 'closed'; readonly fruitful: boolean }
  | { readonly kind: 'failed'; readonly failure: KubeFailure; readonly fruitful: boolean }

export interface Next {
  readonly state: Following
  /** Begin the next list or watch after so long. */
  readonly afterMs: number
}

export function beginFollowing(): Following {
  return { version: undefined, paged: true, failures: 0, listed: false }
}

export function afterList(state: Following, version: string): Following {
  return { ...state, version, paged: true, listed: true }
}

export function afterEvent(state: Following, version: string): Following {
  return { ...state, version, failures: 0 }
}

/**
 * @param chance from 0 up to, but not, 1
 * @returns undefined when there is no use in going on: it has been refused from the start.
 */
export function afterEnd(state: Following, ending: Ending, chance: number): Next | undefined {
  const failures = ending.fruitful ? 0 : state.failures
  // A server (or a proxy) that ends every watch at once must not be asked without a pause.
  if (ending.kind === 'closed' && ending.fruitful) return { state: { ...state, failures }, afterMs: 0 }
  const failed = failures + 1
  const retry = (more: Partial<Following>, afterMs: number): Next => ({
    state: { ...state, failures: failed, ...more },
    afterMs,
  })
  if (ending.kind === 'closed') return retry({}, delayRetry(failed, chance))
  const { failure } = ending
  if (failure.kind === 'expired') {
    const paged = state.version !== undefined
    return retry({ version: undefined, paged }, failed === 1 ? 0 : delayRetry(failed, chance))
  }
  if (!isTransient(failure) && !state.listed) return undefined
  return retry({}, delayRetry(failed, chance, failure.retryAfterMs))
}

/** @param line one line of a watch; half a line, of a stream that was cut, reads as an error. */
export function readEvent(line: string): WatchEvent {
  let event: unknown
  try {
    event = JSON.parse(line)
  } catch {
    return { kind: 'error', failure: unreachable('the watch broke off') }
  }
  const object = fieldOf(event, 'object')
  const version = textOf(object, 'metadata', 'resourceVersion')
  switch (textOf(event, 'type')) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'put', object, version }
    case 'DELETED':
      return { kind: 'gone', object, version }
    case 'BOOKMARK':
      return { kind: 'bookmark', version }
    case 'ERROR': {
      // Whatever it was, nobody knows what has been missed; but for one that is asked to wait everything is listed again.
      const failure = readStatus(object)
      return { kind: 'error', failure: failure.kind === 'throttled' ? failure : { ...failure, kind: 'expired' } }
    }
    default:
      return { kind: 'error', failure: unreachable(`the watch sent an event of type "${textOf(event, 'type')}"`) }
  }
}
