/** The live picture of a running pod below the containers' output: as many bars as fit, and a status line. Pure. */
import type { Palette } from '../base/palette.ts'
import { layOutTimeline } from './timeline-rows.ts'
import { type ContainerHistory, type History, isSettled, keepPrintable } from '../history/history.ts'
import { writeBars } from './timeline-text.ts'
import { formatStatus } from './timeline.ts'

export interface Screen {
  readonly columns: number
  readonly rows: number
}

/** The part of the terminal's rows for the picture. The other rows are for the containers' output. */
const SHARE = 1 / 3
/** The smallest picture. On a smaller terminal only the status line is shown. */
const LEAST_COLUMNS = 40
const LEAST_BARS = 2

/** Draws the lines. None is as wide as the terminal, which would wrap it. @param elapsedMs the time since the start of the pod */
export function drawLive(
  history: History,
  elapsedMs: number,
  { columns, rows }: Screen,
  palette: Palette,
): readonly string[] {
  const { pod, containers } = keepPrintable(history)
  const width = columns - 1
  const status = palette.dim(formatStatus(pod, containers, elapsedMs, width, history.links))
  // The axis and the status line take two rows.
  const room = Math.floor(rows * SHARE) - 2
  const some = containers.length > room
  const bars = some ? room - 1 : room
  if (columns < LEAST_COLUMNS || bars < Math.min(LEAST_BARS, containers.length)) return [status]
  const drawn = some ? chooseContainers(containers, bars) : containers
  const places = new Map(containers.map(({ container }, index) => [container, index]))
  const timeline = layOutTimeline({ ...history, pod, containers: drawn, links: [] })
  // The critical path is known only at the end.
  const lines = writeBars({ ...timeline, critical: undefined }, { width, palette, places })
  const more = some ? [palette.dim(`… and ${containers.length - drawn.length} more`)] : []
  return [...lines, ...more, status]
}

/** Chooses containers, preferring those that are not settled. The result has the pod's order. */
function chooseContainers(containers: readonly ContainerHistory[], count: number): readonly ContainerHistory[] {
  const due = containers.filter((container) => !isSettled(container) && container.state !== 'pending')
  const others = containers.filter((container) => !due.includes(container))
  const chosen = new Set([...due, ...others].slice(0, count))
  return containers.filter((container) => chosen.has(container))
}
