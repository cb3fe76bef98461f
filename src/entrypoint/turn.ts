/**
 * Decides the order of stops. A container that is asked to stop sends its command the stop signal only after its dependents have
 * stopped, if they are being stopped too. Pure: takes the state of the other containers and the time, returns a decision.
 */

/** The state of another container of the same pod. */
export interface Peer {
  readonly name: string
  /** Its wrapper is alive, or may be. */
  readonly alive: boolean
  /** When its stop began, on the clock that all containers share; undefined: it is not being stopped. */
  readonly stoppingMs: number | undefined
  /** The signal may not mean a stop: only the image's stop signal would tell. */
  readonly unsure: boolean
  readonly stopped: boolean
}

export interface TurnRule {
  /** Time for followers to publish that they are being stopped; after it, a follower that has not done so counts as not stopping. */
  readonly aloneMs: number
  /** The longest time for which the command's stop is held back. */
  readonly waitMs: number
}

/**
 * `reached`: no container holds the stop back. `late`: some do, but the time is up. `wait`: for these holders; look again after a
 * change, and at the latest after `againMs`.
 */
export type TurnVerdict =
  | { readonly kind: 'reached' }
  | { readonly kind: 'late'; readonly holders: readonly string[] }
  | { readonly kind: 'wait'; readonly holders: readonly string[]; readonly againMs: number }

/** All containers of a pod get their stop signals within this time, also on a busy node. */
export const TOGETHER_MS = 2000

/** Default time for others to publish that they are stopping. */
const MOST_ALONE_MS = 1500

/** A short grace period leaves less time. */
export function chooseAlone(graceMs: number): number {
  return Math.min(MOST_ALONE_MS, graceMs / 4)
}

/** An unsure stop counts only if it began together with the stop of the container that asks. */
function isStopping({ stoppingMs, unsure }: Peer, beganMs: number): boolean {
  return stoppingMs !== undefined && (!unsure || Math.abs(stoppingMs - beganMs) <= TOGETHER_MS)
}

/** Whether the container is alive and has not stopped. */
function isBusy({ alive, stopped }: Peer): boolean {
  return alive && !stopped
}

/** @param beganMs when the stop of this container began */
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
 * Decides whether a signal of unknown meaning is a stop signal.
 * @param atMs when it came
 * @param patienceMs time for others to publish that they are being stopped
 * @returns undefined while undecided
 */
export function judgeMeaning(
  others: readonly Peer[],
  { atMs, patienceMs }: { readonly atMs: number; readonly patienceMs: number },
  nowMs: number,
): boolean | undefined {
  // A container that stopped just now counts, but not one that stopped long ago.
  const isNow = (peer: Peer): boolean => isBusy(peer) || Math.abs((peer.stoppingMs ?? Infinity) - atMs) <= TOGETHER_MS
  if (others.some((peer) => isStopping(peer, atMs) && isNow(peer))) return true
  return nowMs - atMs < patienceMs && others.some(isBusy) ? undefined : false
}

/** How long a signal of unknown meaning is held back from a running command. */
export const MEANING_MS = 500

/**
 * Decides whether a command must be killed for the sake of containers that stop after it.
 * @param killMs its time. It counts from the beginning of its own stop or of a waiting container's stop, whichever is later.
 * @returns ms until the kill; undefined while no container waits
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
