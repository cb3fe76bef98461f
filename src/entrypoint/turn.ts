/**
 * Whose turn it is to stop. A container that is asked to stop tells its command only once those that need it have stopped, as
 * far as they are being stopped too. Pure: what is seen of the others and the time go in, a decision comes out.
 */

/** What is seen of another container of the same pod. */
export interface Peer {
  readonly name: string
  /** Its wrapper lives, or may do so. */
  readonly alive: boolean
  /** Since when it is being stopped, on the clock that all containers share; undefined: it is not. */
  readonly stoppingMs: number | undefined
  /** Whether the signal may mean anything: only the image knows whether that is its stop signal. */
  readonly unsure: boolean
  readonly stopped: boolean
}

export interface TurnRule {
  /** So long followers may take to say that they are being stopped too; without a word they are not. */
  readonly aloneMs: number
  /** At most so long the command is held back. */
  readonly waitMs: number
}

/**
 * `reached`: nobody is in the way any more. `late`: somebody is, but the time for that is up.
 * `wait`: for these; look again when something changes, and at the latest after so many ms.
 */
export type TurnVerdict =
  | { readonly kind: 'reached' }
  | { readonly kind: 'late'; readonly holders: readonly string[] }
  | { readonly kind: 'wait'; readonly holders: readonly string[]; readonly againMs: number }

/** All containers of a pod that is stopped get their signals within so long of each other, on a busy node too. */
export const TOGETHER_MS = 2000

/** How long others have to say that they are stopping, where nothing else is said. */
const MOST_ALONE_MS = 1500

/** A short grace period leaves less time for it. */
export function chooseAlone(graceMs: number): number {
  return Math.min(MOST_ALONE_MS, graceMs / 4)
}

/** An unsure one counts only if its signal came with the stop of the one that asks. */
function isStopping({ stoppingMs, unsure }: Peer, beganMs: number): boolean {
  return stoppingMs !== undefined && (!unsure || Math.abs(stoppingMs - beganMs) <= TOGETHER_MS)
}

/** Whether it lives, and has not stopped. */
function isBusy({ alive, stopped }: Peer): boolean {
  return alive && !stopped
}

/** @param beganMs when the stop of the one that asks began. */
export function judgeTurn(followers: readonly Peer[], rule: TurnRule, beganMs: number, nowMs: number): TurnVerdict {
  const elapsedMs = nowMs - beganMs
  const inDoubt = elapsedMs < rule.aloneMs
  const holders = followers
    .filter((peer) => isBusy(peer) && (inDoubt || isStopping(peer, beganMs)))
    .map(({ name }) => name)
  if (holders.length === 0) return { kind: 'reached' }
  if (elapsedMs >= rule.waitMs) return { kind: 'late', holders }
  const untilMs = inDoubt ? Math.min(rule.aloneMs, rule.waitMs) : rule.waitMs
  return { kind: 'wait', holders, againMs: untilMs - elapsedMs }
}

/**
 * A signal that is no known stop signal: whether it means one.
 * @param atMs when it came
 * @param patienceMs how long to wait for others to say that they are being stopped
 * @returns undefined while that is not known.
 */
export function judgeMeaning(
  others: readonly Peer[],
  { atMs, patienceMs }: { readonly atMs: number; readonly patienceMs: number },
  nowMs: number,
): boolean | undefined {
  // One that has stopped meanwhile counts, not one that did so long ago.
  const isNow = (peer: Peer): boolean => isBusy(peer) || Math.abs((peer.stoppingMs ?? Infinity) - atMs) <= TOGETHER_MS
  if (others.some((peer) => isStopping(peer, atMs) && isNow(peer))) return true
  return nowMs - atMs < patienceMs && others.some(isBusy) ? undefined : false
}

/** How long a signal that may mean anything is held back from a running command to find that out. */
export const MEANING_MS = 500

/**
 * Whether a command that was told to stop must be killed now: its time is up, and one that stops after it waits.
 * @param killMs its time, counted for each of `waiting` from when that one's stop began; the later of both beginnings counts
 * @returns ms until then; undefined while nobody waits
 */
export function judgeKill(
  waiting: readonly Peer[],
  killMs: number,
  beganMs: number,
  nowMs: number,
): { readonly afterMs: number; readonly by: readonly string[] } | undefined {
  const due = waiting
    .filter((peer) => isBusy(peer) && isStopping(peer, beganMs))
    .map((peer) => ({ name: peer.name, atMs: Math.max(peer.stoppingMs ?? beganMs, beganMs) + killMs }))
  if (due.length === 0) return undefined
  const soonestMs = due.reduce((least, { atMs }) => Math.min(least, atMs), Infinity)
  const by = due.filter(({ atMs }) => atMs === soonestMs).map(({ name }) => name)
  return { afterMs: Math.max(0, soonestMs - nowMs), by }
}
