/**
 * What the flags of a run directory tell of the containers' lives: of the latest ones, since each life clears up after the one
 * before. Pure.
 */
import { WORK_DONE } from '../entrypoint/outcome.ts'
import { type FlagRecord, readRecord } from '../entrypoint/record.ts'
import { readLinks } from './history-events.ts'
import {
  type ContainerHistory,
  type ContainerState,
  findEdges,
  type History,
  type Life,
  sortByStart,
} from './history.ts'

/** One container's directory: the flags' names and what is in them. */
export interface FlagFolder {
  readonly container: string
  readonly flags: ReadonlyMap<string, string>
  /** Since when its wrapper serves its liveness socket, ms since 1970; undefined where there is none, as in a copy. */
  readonly aliveMs: number | undefined
}

/** A life's last words, in the sequence in which they are published; the last is in every life that has ended. */
const ENDS = ['completed', 'failed', 'ended', 'exitCode'] as const

/** Reasons of a wrapper whose command was never started because of somebody else. */
const SKIPPED = new Set(['Skipped', 'PredecessorDied'])

/** The folders of containers: undefined when no flag of ours is in any of them, and no wrapper lives there. */
export function findFlagFolders(folders: readonly FlagFolder[]): readonly FlagFolder[] | undefined {
  const ours = folders.filter(
    ({ flags, aliveMs }) =>
      aliveMs !== undefined || [...flags.values()].some((text) => readRecord(text).incarnation !== undefined),
  )
  // A container that has not got so far has an empty one.
  return ours.length === 0 ? undefined : folders.filter((folder) => ours.includes(folder) || folder.flags.size === 0)
}

/** @param nowMs up to when it was watched, where it is the directory itself and no copy */
export function readFlagHistory(folders: readonly FlagFolder[], nowMs: number): History {
  const containers = sortByStart(folders.map(readFolder))
  const known = new Map(containers.map((container) => [container.container, container]))
  const links = containers.flatMap(({ container, lives }) =>
    readLinks(container, [lives.at(-1)?.waitedFor ?? ''], known),
  )
  const alive = folders.some(({ aliveMs }) => aliveMs !== undefined)
  const times = containers.flatMap(({ lives }) =>
    lives.flatMap(({ sinceMs, startedMs, readyMs, endedMs }) => [sinceMs, startedMs, readyMs, endedMs]),
  )
  const lastMs = times.reduce<number>((last, ms) => Math.max(last, ms ?? 0), 0)
  return { pod: '', ...findEdges(containers, undefined, alive ? nowMs : lastMs), containers, links }
}

function readFolder({ container, flags, aliveMs }: FlagFolder): ContainerHistory {
  const records = new Map([...flags].map(([flag, text]) => [flag, readRecord(text)]))
  const started = records.get('started')
  const end = ENDS.map((flag) => records.get(flag)).find((record) => record !== undefined)
  const again = Math.max(1, numberOr(1, started?.attempt ?? end?.attempt)) - 1
  const lives = readLives(started, records.get('ready'), end, aliveMs)
  return { container, state: judge(lives.at(-1)), lives, restarts: again + Math.max(0, lives.length - 1) }
}

type Record = Partial<FlagRecord> | undefined

function readLives(started: Record, ready: Record, end: Record, aliveMs: number | undefined): readonly Life[] {
  if (started === undefined) {
    const over = end === undefined ? [] : [readLife(undefined, ready, end)]
    // What an earlier life has completed stays in the next one's directory.
    const waits = aliveMs !== undefined && aliveMs > (over[0]?.endedMs ?? 0)
    return waits ? [...over, { sinceMs: aliveMs }] : over
  }
  if (end === undefined || started.incarnation === end.incarnation) return [readLife(started, ready, end)]
  return [readLife(undefined, undefined, end), readLife(started, ready, undefined)]
}

/** What a container's own file of such a name holds may be anything. */
function readLife(started: Record, ready: Record, end: Record): Life {
  const life = {
    sinceMs: readTime(started?.since),
    startedMs: readTime(started?.at),
    readyMs: readTime(ready?.at),
    endedMs: readTime(end?.at),
    waitedFor: textOr(started?.waitedFor),
    exitCode: numberOr(undefined, end?.exitCode),
    reason: textOr(end?.reason),
    message: textOr(end?.message),
    stopped: end?.message === WORK_DONE ? true : undefined,
  }
  return Object.fromEntries(Object.entries(life).filter(([, value]) => value !== undefined))
}

function judge(life: Life | undefined): ContainerState {
  if (life === undefined) return 'pending'
  const { startedMs, readyMs, endedMs, reason = '' } = life
  if (endedMs !== undefined) return startedMs === undefined && SKIPPED.has(reason) ? 'skipped' : 'ended'
  if (startedMs === undefined) return 'waiting'
  return readyMs === undefined ? 'running' : 'ready'
}

/** RFC 3339 to ms since 1970. */
function readTime(text: unknown): number | undefined {
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOr<Otherwise>(otherwise: Otherwise, value: unknown): number | Otherwise {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}
