/**
 * The election of the leading replica: one Lease, held for as long as it is renewed. Times are handed in, in ms of a monotonic clock.
 *
 * Whether a holder is alive is told by its record changing while it is watched, never by the times in it: clocks differ. A holder
 * stops writing well before others may think it dead. Source: client-go's tools/leaderelection, with its durations. Pure.
 */
import { countOf, textOf } from '../pod/api-object.ts'

/** A Lease as the API shows it. */
export interface Record {
  readonly version: string
  /** Empty: nobody; it has been released. */
  readonly holder: string
  readonly acquireTime: string
  readonly transitions: number
}

export interface Election {
  readonly identity: string
  /** The version that was seen last, and when it was seen first; undefined: none yet. */
  readonly seen: { readonly version: string; readonly atMs: number } | undefined
  /** When our last renewal that succeeded was sent; undefined: we do not hold it. What an earlier life held is another's. */
  readonly renewedMs: number | undefined
}

const LEASE_MS = 15_000
/** Writing ends so long after the last renewal. */
const RENEW_WITHIN_MS = 10_000
/** From one try to the next. */
export const RETRY_MS = 2000

export function beginElection(identity: string): Election {
  return { identity, seen: undefined, renewedMs: undefined }
}

export function readLease(lease: unknown): Record {
  return {
    version: textOf(lease, 'metadata', 'resourceVersion'),
    holder: textOf(lease, 'spec', 'holderIdentity'),
    acquireTime: textOf(lease, 'spec', 'acquireTime'),
    transitions: countOf(lease, 'spec', 'leaseTransitions'),
  }
}

export function isLeading({ renewedMs }: Election, nowMs: number): boolean {
  return renewedMs !== undefined && nowMs < leadsUntil(renewedMs)
}

/** @param renewedMs of an election that is led */
export function leadsUntil(renewedMs: number): number {
  return renewedMs + RENEW_WITHIN_MS
}

/** @param record undefined: there is no Lease yet */
export function observeLease(election: Election, record: Record | undefined, nowMs: number): Election {
  const held = record?.holder === election.identity ? election.renewedMs : undefined
  if (record === undefined) return { ...election, seen: undefined, renewedMs: undefined }
  const seen = election.seen?.version === record.version ? election.seen : { version: record.version, atMs: nowMs }
  return { ...election, seen, renewedMs: held }
}

/** @returns whether to write ourselves into it, of an election that has observed the record. */
export function mayHold({ seen, renewedMs }: Election, record: Record | undefined, nowMs: number): boolean {
  if (record === undefined || record.holder === '' || renewedMs !== undefined) return true
  return seen !== undefined && nowMs - seen.atMs >= LEASE_MS
}

/**
 * The Lease to be written in place of the one that was observed: its version goes along, so that whoever was quicker wins.
 * @param now RFC 3339 with microseconds, as MicroTime has it; for people to read
 */
export function writeLease(
  { identity, renewedMs }: Election,
  name: string,
  record: Record | undefined,
  now: string,
): object {
  const kept = renewedMs !== undefined && record !== undefined
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, ...(record === undefined ? {} : { resourceVersion: record.version }) },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: LEASE_MS / 1000,
      acquireTime: kept ? record.acquireTime : now,
      renewTime: now,
      leaseTransitions: record === undefined ? 0 : record.transitions + (kept ? 0 : 1),
    },
  }
}

/** @param sentMs when the request was sent: what came of it may have come late */
export function afterRenewal(election: Election, record: Record, sentMs: number): Election {
  return { ...election, seen: { version: record.version, atMs: sentMs }, renewedMs: sentMs }
}

/** The Lease that lets the next one in at once. */
export function writeRelease(name: string, record: Record, now: string): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, resourceVersion: record.version },
    // As client-go does: a holder of nothing, for the shortest time that is allowed.
    spec: {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: record.transitions,
    },
  }
}
