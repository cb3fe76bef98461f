/** `podorder timeline`: shows the history of a pod's containers. */
import { CODE_MISUSE } from '../base/exit-code.ts'
import { choosePalette } from '../base/palette.ts'
import { formatOf, LEAST_WIDTH, TIMELINE_FORMATS, type TimelineFormat } from '../picture/format.ts'
import type { History } from '../history/history.ts'
import { drawLive } from './timeline-live.ts'
import { drawTimelineText } from './timeline-text.ts'
import { type OutputPorts, writeOutput } from '../cli/output.ts'
import { createBlock } from './block.ts'
import { drawPicture } from './timeline-picture.ts'
import type { ReadProblem } from '../history/read-history.ts'

/** @param watch gets the history as far as it is known, whenever more of it has come */
export type ReadTimeline = (watch: (history: () => History | ReadProblem) => void) => Promise<History | ReadProblem>

export interface TimelineOptions {
  /** Undefined: as `output` is called, and text without one. */
  readonly format: TimelineFormat | undefined
  /** A file; undefined = stdout. */
  readonly output: string | undefined
  /** Columns of the text; undefined: as many as the terminal has. */
  readonly width: number | undefined
}

export interface TimelineCommandPorts {
  /** Wall time, ms since 1970. */
  readonly now: () => number
  readonly terminal: {
    /** Resolves when it has gone out, if it does not at once. */
    write(text: string): Promise<void> | undefined
    complain(line: string): void
    /** Undefined when stdout is no terminal. */
    columns(): number | undefined
    /** How many rows a terminal has that can move its cursor; undefined when stdout is none. */
    rows(): number | undefined
    readonly coloured: boolean
  }
  readonly disk: OutputPorts['disk']
}

/** The width where no terminal says how wide it is. */
const PLAIN_WIDTH = 100
const PICTURE_MS = 200

/** @returns the exit code */
export async function showTimeline(
  read: ReadTimeline,
  options: TimelineOptions,
  ports: TimelineCommandPorts,
): Promise<number> {
  const { output } = options
  const { terminal } = ports
  const format = options.format ?? (output === undefined ? 'text' : formatOf(output, TIMELINE_FORMATS))
  if (format === undefined) {
    terminal.complain(`podorder: ${output}: unknown file ending; use .html, .svg, .json or .txt, or give --format`)
    return CODE_MISUSE
  }
  const history = await readAndShow(read, format === 'text' && output === undefined, ports)
  if ('problem' in history) {
    terminal.complain(`podorder: ${history.problem}`)
    return CODE_MISUSE
  }
  const text = format === 'text' ? drawText(history, options, ports) : await drawPicture(format, history)
  return writeOutput(text, output, ports)
}

function drawText(history: History, { output, width }: TimelineOptions, { terminal }: TimelineCommandPorts): string {
  const own = output === undefined ? Math.max(LEAST_WIDTH, terminal.columns() ?? PLAIN_WIDTH) : PLAIN_WIDTH
  const palette = choosePalette(terminal.coloured && output === undefined)
  return `${drawTimelineText(history, { width: width ?? own, palette }).join('\n')}\n`
}

/** Reads a history; a terminal shows it while it grows, as that of a running pod does. */
async function readAndShow(
  read: ReadTimeline,
  live: boolean,
  ports: TimelineCommandPorts,
): Promise<History | ReadProblem> {
  const { terminal, now } = ports
  const palette = choosePalette(terminal.coloured)
  const block = createBlock()
  let known: (() => History | ReadProblem) | undefined
  const draw = (): void => {
    const columns = terminal.columns()
    const rows = terminal.rows()
    const history = known?.()
    if (columns === undefined || rows === undefined || history === undefined || 'problem' in history) return
    const lines = drawLive(history, Math.max(0, now() - history.startMs), { columns, rows }, palette)
    if (!block.shows(lines)) void terminal.write(block.show('', lines, columns))
  }
  const redraw = live && terminal.rows() !== undefined ? setInterval(draw, PICTURE_MS) : undefined
  try {
    return await read((history) => (known = history))
  } finally {
    clearInterval(redraw)
    await terminal.write(block.show('', [], terminal.columns() ?? 0))
  }
}
