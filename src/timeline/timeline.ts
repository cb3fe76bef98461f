/** What became of each container, in words: the closing table of a run, and its live status line. Pure. */
import { beginOf, type ContainerHistory } from '../history/history.ts'

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
 * One line per container after a line of headings, of its latest life. Times in seconds since the pod's start, `-` for what never
 * came; what has killed a container, the last time that a probe or a hook did, is a column only where something has.
 * @param startMs when the pod was started, ms since 1970
 */
export function formatTable(containers: readonly ContainerHistory[], startMs: number): readonly string[] {
  const since = (ms: number | undefined) => (ms === undefined ? '-' : formatSeconds(ms - startMs))
  const rows = containers.map(({ container, lives, restarts }) => {
    const life = lives.at(-1) ?? {}
    const killedBy = lives.findLast((one) => one.killedBy !== undefined)?.killedBy
    return { container, life, restarts, killedBy }
  })
  const cells = rows.map(({ container, life, restarts, killedBy }) => {
    const begun = beginOf(life)
    return [
      container,
      begun === undefined ? '-' : formatSeconds((life.startedMs ?? life.endedMs ?? begun) - begun),
      since(life.startedMs),
      since(life.readyMs),
      since(life.endedMs),
      String(restarts),
      killedBy ?? '-',
      String(life.exitCode ?? '-'),
      life.reason ?? '-',
      life.waitedFor ?? '-',
    ]
  })
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
export function formatStatus(
  pod: string,
  containers: Iterable<ContainerHistory>,
  elapsedMs: number,
  columns: number,
): string {
  const groups = new Map<string, string[]>()
  for (const { state, container } of containers) {
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
