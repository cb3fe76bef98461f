/** What became of each container and when: the closing table of a run, and its live status line. Pure. */
import type { ContainerEvent } from './run-event.ts'
import type { Doom } from './step.ts'

/** One container's part; times in ms since 1970, of its latest life. */
export interface Row {
  readonly container: string
  readonly state: 'pending' | 'waiting' | 'running' | 'ready' | 'restarting' | 'stopping' | 'ended' | 'skipped'
  /** When it began to wait. */
  readonly sinceMs?: number
  readonly startedMs?: number
  readonly readyMs?: number
  readonly endedMs?: number
  readonly restarts: number
  /** What has killed it, the last time that a probe or a hook did. */
  readonly killedBy?: Doom
  readonly exitCode?: number
  readonly reason?: string
  /** What it waited for last. */
  readonly waitedFor?: string
}

export function beginRow(container: string): Row {
  return { container, state: 'pending', restarts: 0 }
}

export function recordEvent(row: Row, event: ContainerEvent): Row {
  const { container, restarts, killedBy } = row
  const lasting = { container, restarts, ...(killedBy === undefined ? {} : { killedBy }) }
  switch (event.event) {
    case 'waiting':
      return { ...lasting, state: 'waiting', sinceMs: event.atMs }
    case 'started': {
      const { atMs, sinceMs, waitedFor } = event
      return {
        ...{ ...lasting, state: 'running', sinceMs, startedMs: atMs },
        ...(waitedFor === undefined ? {} : { waitedFor }),
      }
    }
    case 'ready':
      return { ...row, state: row.state === 'stopping' ? 'stopping' : 'ready', readyMs: event.atMs }
    case 'unready':
      return row.state === 'ready' ? { ...row, state: 'running' } : row
    case 'ended':
    case 'skipped':
      return { ...row, state: event.event, endedMs: event.atMs, exitCode: event.exitCode, reason: event.reason }
    case 'restarting':
      return { ...row, state: 'restarting', restarts: event.restarts }
    case 'stopping':
      return { ...row, state: 'stopping', ...(event.cause === undefined ? {} : { killedBy: event.cause }) }
    case 'unhealthy':
    case 'hook-failed':
    case 'output':
      return row
  }
}

const HEADINGS = [
  'container',
  'waited',
  'started',
  'ready',
  'ended',
  'restarts',
  'killed by',
  'exit',
  'reason',
  'waited for last',
] as const
const RIGHT_ALIGNED = new Set<string>(['waited', 'started', 'ready', 'ended', 'restarts', 'exit'])

/**
 * One line per container after a line of headings. Times in seconds since the pod's start, `-` for what never came; what has
 * killed a container is a column only where something has.
 * @param startMs when the pod was started, ms since 1970
 */
export function formatTable(rows: readonly Row[], startMs: number): readonly string[] {
  const since = (ms: number | undefined) => (ms === undefined ? '-' : formatSeconds(ms - startMs))
  const cells = rows.map((row) => [
    row.container,
    row.sinceMs === undefined ? '-' : formatSeconds((row.startedMs ?? row.endedMs ?? row.sinceMs) - row.sinceMs),
    since(row.startedMs),
    since(row.readyMs),
    since(row.endedMs),
    String(row.restarts),
    row.killedBy ?? '-',
    String(row.exitCode ?? '-'),
    row.reason ?? '-',
    row.waitedFor ?? '-',
  ])
  const killed = rows.some(({ killedBy }) => killedBy !== undefined)
  const columns = HEADINGS.flatMap((heading, column) => (heading === 'killed by' && !killed ? [] : [column]))
  const lines = [[...HEADINGS], ...cells].map((line) => columns.map((column) => line[column] ?? ''))
  const widths = columns.map((_, index) => lines.reduce((width, line) => Math.max(width, line[index]?.length ?? 0), 0))
  return lines.map((line) =>
    line
      .map((cell, index) => {
        const width = widths[index] ?? 0
        return RIGHT_ALIGNED.has(lines[0]?.[index] ?? '') ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

/** Never below zero: two clocks of one machine may differ by a little. */
function formatSeconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(2)}s`
}

const STATES = ['pending', 'waiting', 'restarting', 'running', 'ready', 'stopping', 'ended', 'skipped'] as const
/** The names of those whom one wants to know: what is not where it shall be. */
const NAMED = new Set<string>(['waiting', 'restarting', 'stopping'])
const MOST_NAMES = 3

/** `voting 12s · 1 waiting (result) · 3 ready · 1 ended`, no longer than the terminal is wide. */
export function formatStatus(pod: string, rows: Iterable<Row>, elapsedMs: number, columns: number): string {
  const groups = new Map<string, string[]>()
  for (const { state, container } of rows) {
    const group = groups.get(state)
    if (group === undefined) groups.set(state, [container])
    else group.push(container)
  }
  const parts = STATES.flatMap((state) => {
    const names = groups.get(state)
    if (names === undefined) return []
    const more = names.length > MOST_NAMES ? ', …' : ''
    const spelled = NAMED.has(state) ? ` (${names.slice(0, MOST_NAMES).join(', ')}${more})` : ''
    return [`${names.length} ${state}${spelled}`]
  })
  const text = [`${pod} ${Math.floor(elapsedMs / 1000)}s`, ...parts].join(' · ')
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`
}
