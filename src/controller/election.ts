/**
 * The election of the leading replica by a Lease, which is held as long as it is renewed. Times are passed in, in ms of a
 * monotonic clock.
 *
 * A holder is alive if its record changes while it is watched. The times in the record are not used, because clocks differ. A
 * holder stops writing well before others may consider it dead. Source: client-go's tools/leaderelection, with its durations.
 * Pure.
 */
import { countOf, textOf } from '../pod/api-object.ts'

/** A Lease as returned by the API. */
export interface Record {
  readonly version: string
  /** Empty: the Lease has been released. */
  readonly holder: string
  readonly acquireTime: string
  readonly transitions: number
}

export interface Election {
  readonly identity: string
  /** The latest version seen, and when it was first seen; undefined: none yet. */
  readonly seen: { readonly version: string; readonly atMs: number } | undefined
  /** When our last successful renewal was sent; undefined: we do not hold the Lease. A Lease of an earlier process counts as another's. */
  readonly renewedMs: number | undefined
}

const LEASE_MS = 15_000
/** The leader stops writing this long after its last renewal. */
const RENEW_WITHIN_MS = 10_000
/** Interval between tries. */
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

/** @param renewedMs of an election that this replica leads */
export function leadsUntil(renewedMs: number): number {
  return renewedMs + RENEW_WITHIN_MS
}

/** @param record undefined: the Lease does not exist */
export function observeLease(election: Election, record: Record | undefined, nowMs: number): Election {
  const held = record?.holder === election.identity ? election.renewedMs : undefined
  if (record === undefined) return { ...election, seen: undefined, renewedMs: undefined }
  const seen = election.seen?.version === record.version ? election.seen : { version: record.version, atMs: nowMs }
  return { ...election, seen, renewedMs: held }
}

/** @returns whether this replica may take or renew the Lease. The election must have observed the record. */
export function mayHold({ seen, renewedMs }: Election, record: Record | undefined, nowMs: number): boolean {
  if (record === undefined || record.holder === '' || renewedMs !== undefined) return true
  return seen !== undefined && nowMs - seen.atMs >= LEASE_MS
}

/**
 * Writes the Lease that replaces the observed one. It carries the observed version, so that only the first of two replicas
 * succeeds.
 * @param now RFC 3339 with microseconds, as in MicroTime; only for people
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

/** @param sentMs when the request was sent: its response may have been late */
export function afterRenewal(election: Election, record: Record, sentMs: number): Election {
  return { ...election, seen: { version: record.version, atMs: sentMs }, renewedMs: sentMs }
}

/** Writes a Lease that another replica can take at once. */
export function writeRelease(name: string, record: Record, now: string): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, resourceVersion: record.version },
    // As client-go does: no holder, and the shortest duration that is allowed.
    spec: {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: record.transitions,
    },
  }
}
