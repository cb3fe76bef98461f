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

/** Reads a history. @param watch called with the history so far whenever it has grown */
export type ReadTimeline = (watch: (history: () => History | ReadProblem) => void) => Promise<History | ReadProblem>

export interface TimelineOptions {
  /** The format; undefined: that of the ending of `output`, or text without a file. */
  readonly format: TimelineFormat | undefined
  /** The file to write; undefined: stdout. */
  readonly output: string | undefined
  /** The width of the text in columns; undefined: that of the terminal. */
  readonly width: number | undefined
}

export interface TimelineCommandPorts {
  /** Wall-clock time, in ms since 1970. */
  readonly now: () => number
  readonly terminal: {
    /** Writes to stdout. Returns a promise while the output is congested, which resolves when it is written. */
    write(text: string): Promise<void> | undefined
    complain(line: string): void
    /** The width of the terminal in columns; undefined when stdout is not a terminal. */
    columns(): number | undefined
    /** The height of the terminal in rows; undefined when stdout is not a terminal that can move its cursor. */
    rows(): number | undefined
    readonly coloured: boolean
  }
  readonly disk: OutputPorts['disk']
}

/** The width in columns without a terminal, and the interval of drawing on a terminal in ms. */
const PLAIN_WIDTH = 100
const PICTURE_MS = 200

/** Reads a history, and shows it or writes it to a file. @returns the exit code */
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

/** Reads a history. A terminal shows it while it grows: the history of a running pod is not complete. */
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
