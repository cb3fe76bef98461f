/**
 * Reads the containers' lives from the flags of a run directory. Only the latest lives are known, since each life removes the
 * flags of the one before. Pure.
 */
import { WORK_DONE } from '../entrypoint/outcome.ts'
import { type FlagRecord, readRecord } from '../flags/record.ts'
import { readLinks } from './history-events.ts'
import { readTime } from './history-moments.ts'
import {
  type ContainerHistory,
  type ContainerState,
  findEdges,
  type History,
  isOver,
  KILLED,
  type Life,
  sortByStart,
} from './history.ts'

/** A container's directory: flag names with their content. */
export interface FlagFolder {
  readonly container: string
  readonly flags: ReadonlyMap<string, string>
  /** Its wrapper's liveness socket; undefined if there is none, for example in a copy, because tar omits sockets. */
  readonly socket: LivenessSocket | undefined
}

export interface LivenessSocket {
  /** ms since 1970 */
  readonly sinceMs: number
  /** The listener is gone, so the wrapper has ended. */
  readonly dead: boolean
}

/** Flags of an end, in the order of their publication; every ended life has the last one. */
const ENDS = ['completed', 'failed', 'ended', 'exitCode'] as const

/** Reasons of a wrapper whose command was never started because of another container. */
const DIED = 'PredecessorDied'
const SKIPPED = new Set(['Skipped', DIED])

/** Finds the folders of containers; undefined when none has a podorder flag or a live wrapper. */
export function findFlagFolders(folders: readonly FlagFolder[]): readonly FlagFolder[] | undefined {
  const ours = folders.filter(
    ({ flags, socket }) =>
      socket !== undefined || [...flags.values()].some((text) => readRecord(text).incarnation !== undefined),
  )
  // The folder of a container that has not started yet is empty.
  return ours.length === 0 ? undefined : folders.filter((folder) => ours.includes(folder) || folder.flags.size === 0)
}

/**
 * @param nowMs the time of the picture; undefined: the clock if wrappers live, else the last flag
 * @param clockMs now
 */
export function readFlagHistory(
  folders: readonly FlagFolder[],
  { nowMs, clockMs }: { readonly nowMs: number | undefined; readonly clockMs: number },
): History {
  const copied = folders.every(({ socket }) => socket === undefined)
  const deaths = new Map(folders.flatMap(findDeath))
  const containers = sortByStart(folders.map((folder) => readFolder(folder, deaths.get(folder.container), copied)))
  const known = new Map(containers.map((container) => [container.container, container]))
  const links = containers.flatMap(({ container, lives }) =>
    readLinks(container, [lives.at(-1)?.waitedFor ?? ''], known),
  )
  const alive = folders.some(({ socket }) => socket?.dead === false)
  const edges = findEdges(containers, undefined, nowMs ?? (alive ? clockMs : { traceMs: 0 }))
  const partial = alive || nowMs !== undefined || isOver(containers) ? {} : { partial: true }
  return { pod: '', ...edges, containers, links, ...partial }
}

function readFolder(
  { container, flags, socket }: FlagFolder,
  died: Death | undefined,
  copied: boolean,
): ContainerHistory {
  const started = readFlag(flags, 'started')
  const end = readEnd(flags)
  const again = Math.max(1, numberOr(1, started?.attempt ?? end?.attempt)) - 1
  const told = noteUnready(
    readLives(started, readFlag(flags, 'ready'), end, socket?.sinceMs),
    readFlag(flags, 'unready'),
  )
  const lives = socket?.dead === true || died !== undefined ? closeLast(told, died) : told
  // In a copy, a waiting wrapper leaves no trace.
  const state = lives.length === 0 && copied ? 'waiting' : judge(lives.at(-1))
  return { container, state, lives, restarts: again + Math.max(0, lives.length - 1) }
}

function readFlag(flags: FlagFolder['flags'], name: string): Record {
  const text = flags.get(name)
  return text === undefined ? undefined : readRecord(text)
}

function readEnd(flags: FlagFolder['flags']): Record {
  return ENDS.map((name) => readFlag(flags, name)).find((record) => record !== undefined)
}

/** When a wrapper was killed; `atMs` is undefined if not known. */
interface Death {
  readonly atMs: number | undefined
}

/** Finds a container whose wrapper was killed, from the record of one that waited for it. */
function findDeath({ flags }: FlagFolder): readonly (readonly [string, Death])[] {
  const { reason, origin, at } = readEnd(flags) ?? {}
  return reason === DIED && typeof origin === 'string' ? [[origin, { atMs: readTime(at) }]] : []
}

function closeLast(lives: readonly Life[], died: Death | undefined): readonly Life[] {
  const last = lives.at(-1)
  if (last === undefined || last.endedMs !== undefined) return lives
  const life = { ...last, ...(died?.atMs === undefined ? {} : { endedMs: died.atMs }), reason: KILLED }
  return [...lives.slice(0, -1), life]
}

type Record = Partial<FlagRecord> | undefined

function readLives(started: Record, ready: Record, end: Record, sinceMs: number | undefined): readonly Life[] {
  if (started === undefined) {
    const over = end === undefined ? [] : [readLife(undefined, ready, end)]
    // The flags of a completed earlier life stay in the directory.
    const waits = sinceMs !== undefined && sinceMs > (over[0]?.endedMs ?? 0)
    return waits ? [...over, { sinceMs }] : over
  }
  if (end === undefined || started.incarnation === end.incarnation) return [readLife(started, ready, end)]
  return [readLife(undefined, undefined, end), readLife(started, ready, undefined)]
}

/** Adds why the current life is not ready. */
function noteUnready(lives: readonly Life[], unready: Record): readonly Life[] {
  const last = lives.at(-1)
  const why = textOr(unready?.message)
  if (last === undefined || last.endedMs !== undefined || last.readyMs !== undefined || why === undefined) return lives
  return [...lives.slice(0, -1), { ...last, unready: why }]
}

/** A file in a container's own directory may contain anything. */
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
    stopped: textOr(end?.message)?.startsWith(WORK_DONE) === true ? true : undefined,
    killedAfterMs: numberOr(undefined, end?.killedAfterMs),
  }
  return Object.fromEntries(Object.entries(life).filter(([, value]) => value !== undefined))
}

function judge(life: Life | undefined): ContainerState {
  if (life === undefined) return 'pending'
  const { startedMs, readyMs, endedMs, reason = '' } = life
  if (endedMs !== undefined || reason === KILLED)
    return startedMs === undefined && SKIPPED.has(reason) ? 'skipped' : 'ended'
  if (startedMs === undefined) return 'waiting'
  return readyMs === undefined ? 'running' : 'ready'
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOr<Otherwise>(otherwise: Otherwise, value: unknown): number | Otherwise {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}
