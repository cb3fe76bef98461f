/**
 * The state machine of following a collection: list, then watch from there, then watch again. It decides what follows each end of
 * a request; `follow.io.ts` sends the requests. Pure.
 *
 * A list gives a resourceVersion. Each watch begins after the last resourceVersion of a list, an event or a BOOKMARK, whose only
 * purpose this is. When the server does not have that version any more (410 Expired, as HTTP status or as an ERROR line with HTTP
 * status 200), everything is listed again.
 */
import { type KubeFailure, isTransient, readStatus, unreachable } from './failure.ts'
import { fieldOf, textOf } from '../pod/api-object.ts'
import { delayRetry } from '../base/back-off.ts'

export interface Following {
  /** The version after which the next watch begins; undefined: list first. */
  readonly version: string | undefined
  /** Whether to list in pages. After a continue token has expired during a long list, the next list is one piece. */
  readonly paged: boolean
  /** The number of failures in a row. */
  readonly failures: number
  /** A list has succeeded once, so a later refusal may be temporary. */
  readonly listed: boolean
}

export type WatchEvent =
  | { readonly kind: 'put' | 'gone'; readonly object: unknown; readonly version: string }
  | { readonly kind: 'bookmark'; readonly version: string }
  | { readonly kind: 'error'; readonly failure: KubeFailure }

/** How a list or a watch ended. `closed`: the server ended it as planned (`timeoutSeconds`). */
export type Ending =
  | { readonly kind: 'closed'; readonly fruitful: boolean }
  | { readonly kind: 'failed'; readonly failure: KubeFailure; readonly fruitful: boolean }

export interface Next {
  readonly state: Following
  /** The delay before the next list or watch. */
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
 * @param chance random, in [0, 1)
 * @returns undefined when the first list was refused, so that a retry is useless.
 */
export function afterEnd(state: Following, ending: Ending, chance: number): Next | undefined {
  const failures = ending.fruitful ? 0 : state.failures
  // Without a pause, a server or proxy that ends every watch at once would get a flood of requests.
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

/** @param line one line of a watch. An incomplete line, from a stream that broke off, is read as an error. */
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
      // Events may be missing after any error, so everything is listed again, except when the server only asks for a delay.
      const failure = readStatus(object)
      return { kind: 'error', failure: failure.kind === 'throttled' ? failure : { ...failure, kind: 'expired' } }
    }
    default:
      return { kind: 'error', failure: unreachable(`the watch sent an event of type "${textOf(event, 'type')}"`) }
  }
}
