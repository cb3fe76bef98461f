/** The output of a run: lines of text or JSON, a live picture of the containers on a terminal, and a table at the end. */
import { choosePalette } from '../base/palette.ts'
import { type RunEvent, writeRunEvent } from '../history/run-event.ts'
import { describeRunEvent } from './run-words.ts'
import { describeCritical, findCritical } from '../history/critical.ts'
import { createRecorder } from '../history/history-events.ts'
import type { History } from '../history/history.ts'
import { drawLive } from '../timeline/timeline-live.ts'
import { formatTable } from '../timeline/timeline.ts'
import { createBlock } from '../timeline/block.ts'
import type { RunPorts } from './ports.ts'

type Ports = Pick<RunPorts, 'terminal' | 'now'>

export interface PrinterOptions {
  /** The containers in the pod's order. The table has the same order, and the place of a container decides its colour. */
  readonly containers: readonly string[]
  readonly json: boolean
  /** Print only the table. */
  readonly quiet: boolean
  /** Print the containers' output. */
  readonly output: boolean
}

export interface Printer {
  readonly print: (event: RunEvent) => Promise<void> | undefined
  /** The containers' states so far. */
  history(): History
  /** Prints the table. Must be the last call. */
  close(): Promise<void>
}

const RUNNER = 'podorder'
const PICTURE_MS = 200
/** How long and how many lines are collected on a terminal, so that the picture is not drawn again for every line. In ms. */
const GATHER_MS = 30
const GATHER_LINES = 1000

export function createPrinter(options: PrinterOptions, { terminal, now }: Ports): Printer {
  const { containers, json, quiet } = options
  const startMs = now()
  const palette = choosePalette(terminal.coloured && !json)
  const recorder = createRecorder(startMs)
  const width = [RUNNER, ...containers].reduce((widest, name) => Math.max(widest, name.length), 0)
  const prefixes = new Map(containers.map((name, index) => [name, palette.paint(`${name.padEnd(width)} | `, index)]))
  /** The containers that were told to stop with the pod. */
  const stopped = new Set<string>()
  const lines: string[] = []
  const block = createBlock()
  const live = !json && !quiet && terminal.rows() !== undefined
  let picture: readonly string[] = []
  let gone: Promise<void> | undefined
  let flushing: NodeJS.Timeout | NodeJS.Immediate | undefined
  let closed = false
  const redraw = live ? setInterval(draw, PICTURE_MS) : undefined

  return { print, history: () => recorder.history(now()), close }

  function print(event: RunEvent): Promise<void> | undefined {
    recorder.record(event)
    const line = json ? writeJson(event) : write(event)
    if (line !== undefined) add(line)
    return gone
  }

  function writeJson(event: RunEvent): string | undefined {
    return event.event === 'output' && (quiet || !options.output) ? undefined : writeRunEvent(event)
  }

  function write(event: RunEvent): string | undefined {
    if (quiet) return undefined
    if (event.event === 'output') {
      return options.output ? `${prefixes.get(event.container) ?? ''}${palette.seal(event.line)}` : undefined
    }
    if (event.event === 'stopping' && event.cause === undefined) stopped.add(event.container)
    // All containers of the pod start anew (RestartAllContainers).
    if (event.event === 'restarting') stopped.delete(event.container)
    const words = describeRunEvent(event, stopped)
    if (words === undefined) return undefined
    const line = `${RUNNER.padEnd(width)} | ${words}`
    if (event.event === 'skipped') return palette.skipped(line)
    const failed = event.event === 'ended' && event.exitCode !== 0 && !stopped.has(event.container)
    return failed ? palette.bad(line) : palette.dim(line)
  }

  /** Adds a line. Lines of one turn of the event loop, or of `GATHER_MS` on a terminal, are written together. */
  function add(line: string): void {
    lines.push(line)
    if (live && lines.length >= GATHER_LINES) flush()
    else flushing ??= live ? setTimeout(flush, GATHER_MS) : setImmediate(flush)
  }

  function draw(): void {
    const columns = terminal.columns()
    const rows = terminal.rows()
    const size = columns === undefined || rows === undefined ? undefined : { columns, rows }
    picture = size === undefined ? [] : drawLive(recorder.history(now()), now() - startMs, size, palette)
    flush()
  }

  function flush(): void {
    flushing = undefined
    if (closed || (lines.length === 0 && block.shows(picture))) return
    void send(picture)
  }

  function send(below: readonly string[]): Promise<void> | undefined {
    const text = lines.splice(0).map((line) => `${line}\n`)
    const congested = terminal.write(block.show(text.join(''), below, terminal.columns() ?? 0))
    gone = congested
    void congested?.then(() => {
      if (gone === congested) gone = undefined
    })
    return congested
  }

  async function close(): Promise<void> {
    closed = true
    clearInterval(redraw)
    if (!json) {
      const history = recorder.history()
      const columns = terminal.columns()
      const fit = columns === undefined ? {} : { width: columns }
      const table = formatTable(history.containers, startMs, { ...fit, palette })
      lines.push(...(quiet ? table : ['', ...table, ...tellCritical(history)]))
    }
    await send([])
  }
}

function tellCritical(history: History): readonly string[] {
  const critical = findCritical(history)
  const path = critical === undefined ? undefined : describeCritical(critical)
  return path === undefined ? [] : ['', path]
}
