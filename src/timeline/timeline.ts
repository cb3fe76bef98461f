/** The table at the end of a run, and its live status line. Pure. */
import { choosePalette, type Palette } from '../base/palette.ts'
import { beginOf, type ContainerHistory, type ContainerState, type HistoryLink, type Life } from '../history/history.ts'
import { reachOf } from '../history/reach.ts'
import { hasFailed } from '../picture/facts.ts'

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
type Heading = (typeof HEADINGS)[number]

/** The columns that are left out on a narrow terminal, in this order. */
const LEFT_OUT_FIRST: readonly Heading[] = [
  'restarts',
  'waited for last',
  'waited',
  'killed by',
  'started',
  'exit',
  'ready',
  'ended',
]
const RIGHT_ALIGNED = new Set<string>(['waited', 'started', 'ready', 'ended', 'restarts', 'exit'])

/**
 * Writes a line of headings, and a line for each container about its latest incarnation. Times are seconds since the pod's start, and
 * `-` means never. The column `killed by` is there only if a probe or a hook has killed a container; it names the last one.
 * @param startMs when the pod was started, ms since 1970
 * @param width the width of the terminal in columns; undefined: without a limit
 */
export function formatTable(
  containers: readonly ContainerHistory[],
  startMs: number,
  { width = Infinity, palette = choosePalette(false) }: { readonly width?: number; readonly palette?: Palette } = {},
): readonly string[] {
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
      tellReason(life),
      life.waitedFor ?? '-',
    ]
  })
  const killed = rows.some(({ killedBy }) => killedBy !== undefined)
  const all = [[...HEADINGS], ...cells]
  const widths = HEADINGS.map((_, index) => all.reduce((widest, line) => Math.max(widest, line[index]?.length ?? 0), 0))
  const columns = chooseColumns(widths, killed, width)
  return all.map((line, row) => {
    const text = columns
      .map((column) => {
        const [cell = '', room = 0] = [line[column], widths[column]]
        return RIGHT_ALIGNED.has(HEADINGS[column] ?? '') ? cell.padStart(room) : cell.padEnd(room)
      })
      .join('  ')
      .trimEnd()
    const fitted = text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
    const life = rows[row - 1]?.life
    if (life === undefined) return fitted
    return life.reason === 'Skipped' ? palette.skipped(fitted) : hasFailed(life) ? palette.bad(fitted) : fitted
  })
}

/** Chooses as many columns as fit. They keep their order. */
function chooseColumns(widths: readonly number[], killed: boolean, width: number): readonly number[] {
  const left = new Set<Heading>(killed ? [] : ['killed by'])
  for (const heading of LEFT_OUT_FIRST) {
    const kept = HEADINGS.flatMap((one, index) => (left.has(one) ? [] : [widths[index] ?? 0]))
    if (kept.reduce((sum, column) => sum + column + 2, -2) <= width) break
    left.add(heading)
  }
  return HEADINGS.flatMap((heading, index) => (left.has(heading) ? [] : [index]))
}

/** Describes the reason of an end. A container that was told to stop with its pod counts as stopped, whatever its exit code. */
function tellReason(life: Life): string {
  const { killedAfterMs } = life
  const reason = nameReason(life)
  return killedAfterMs === undefined ? reason : `${reason}, killed after ${formatSeconds(killedAfterMs)}`
}

function nameReason(life: Life): string {
  if (life.stopped === true && life.endedMs !== undefined) return 'Stopped'
  if (life.reason !== undefined) return life.reason
  return life.unready === undefined ? '-' : `not ready: ${cutEnd(life.unready, MOST_REASON)}`
}

const MOST_REASON = 60

function cutEnd(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

/** Formats a duration in seconds. A negative one becomes 0, since two clocks of one machine may differ a little. */
function formatSeconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(2)}s`
}

const STATES = ['pending', 'waiting', 'restarting', 'running', 'ready', 'stopping', 'ended', 'skipped'] as const
/** States whose containers are named, since they are not settled. */
const NAMED = new Set<string>(['waiting', 'restarting', 'running', 'stopping'])
/** Words for states. `running` alone could be taken for ready. */
const STATE_WORDS: Partial<Record<ContainerState, string>> = { running: 'not ready' }
const MOST_NAMES = 3

/** Formats the status line, such as `voting 12s · 1 waiting (result) · 3 ready · 1 ended`, cut to the width of the terminal. */
export function formatStatus(
  pod: string,
  containers: readonly ContainerHistory[],
  elapsedMs: number,
  columns: number,
  links: readonly HistoryLink[] = [],
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
    return [`${names.length} ${STATE_WORDS[state] ?? state}${spelled}`]
  })
  const holders = findHolders(containers, links)
  const text = [`${pod} ${Math.floor(elapsedMs / 1000)}s`, ...holders, ...parts].join(' · ')
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`
}

/** Finds containers for which others wait and that do not wait themselves, the one with the most waits first: `db holds up 3`. */
function findHolders(containers: readonly ContainerHistory[], links: readonly HistoryLink[]): readonly string[] {
  const byName = new Map(containers.map((container) => [container.container, container]))
  const isOpen = ({ container }: HistoryLink): boolean => byName.get(container)?.state === 'waiting'
  const open = Map.groupBy(
    links.filter((link) => isOpen(link) && !isReached(byName.get(link.target), link)),
    ({ target }) => target,
  )
  const held = [...open.keys()].flatMap((name) => {
    const state = byName.get(name)?.state
    if (state === undefined || state === 'waiting') return []
    const all = new Set<string>()
    const next = [name]
    for (let target = next.pop(); target !== undefined; target = next.pop()) {
      for (const { container } of open.get(target) ?? []) {
        if (all.has(container)) continue
        all.add(container)
        next.push(container)
      }
    }
    return [{ name, count: all.size }]
  })
  return held
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_HOLDERS)
    .map(({ name, count }) => `${name} holds up ${count}`)
}

const MOST_HOLDERS = 2

function isReached(target: ContainerHistory | undefined, { condition }: HistoryLink): boolean {
  const life = target?.lives.at(-1)
  return (
    life !== undefined &&
    reachOf(life, condition) !== undefined &&
    (condition !== 'ready' || target?.state !== 'running')
  )
}
