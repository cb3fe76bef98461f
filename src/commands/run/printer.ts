/** What a run shows: lines for people or for programs, a live status line on a terminal, a table at the end. */
import { choosePalette } from '../../core/palette.ts'
import { type ContainerEvent, type RunEvent, writeRunEvent } from '../../core/run-event.ts'
import { describeRunEvent } from '../../core/run-words.ts'
import { beginRow, formatStatus, formatTable, recordEvent, type Row } from '../../core/timeline.ts'
import type { RunPorts } from './ports.ts'

type Ports = Pick<RunPorts, 'terminal' | 'now'>

export interface PrinterOptions {
  readonly pod: string
  /** In the pod's order: it is the table's, and gives each its colour. */
  readonly containers: readonly string[]
  readonly json: boolean
  /** Neither the containers' output nor what happens, only the table. */
  readonly quiet: boolean
  /** The containers' output too. */
  readonly output: boolean
}

export interface Printer {
  readonly print: (event: RunEvent) => Promise<void> | undefined
  /** The table; nothing is printed after. */
  close(): Promise<void>
}

const RUNNER = 'podorder'
const STATUS_MS = 200

export function createPrinter(options: PrinterOptions, { terminal, now }: Ports): Printer {
  const { pod, containers, json, quiet } = options
  const startMs = now()
  const palette = choosePalette(terminal.coloured && !json)
  const rows = new Map<string, Row>(containers.map((name) => [name, beginRow(name)]))
  const width = [RUNNER, ...containers].reduce((widest, name) => Math.max(widest, name.length), 0)
  const prefixes = new Map(containers.map((name, index) => [name, palette.paint(`${name.padEnd(width)} | `, index)]))
  const lines: string[] = []
  let gone: Promise<void> | undefined
  let flushing = false
  let closed = false
  let status = ''
  const live = !json && !quiet && terminal.columns() !== undefined
  const redraw = live ? setInterval(flush, STATUS_MS) : undefined

  return { print, close }

  function print(event: RunEvent): Promise<void> | undefined {
    if ('container' in event) record(event)
    const line = json ? writeJson(event) : write(event)
    if (line !== undefined) add(line)
    return gone
  }

  function record(event: ContainerEvent): void {
    const { container } = event
    rows.set(container, recordEvent(rows.get(container) ?? beginRow(container), event))
  }

  function writeJson(event: RunEvent): string | undefined {
    return event.event === 'output' && (quiet || !options.output) ? undefined : writeRunEvent(event)
  }

  function write(event: RunEvent): string | undefined {
    if (quiet) return undefined
    if (event.event === 'output') {
      return options.output ? `${prefixes.get(event.container) ?? ''}${palette.seal(event.line)}` : undefined
    }
    const words = describeRunEvent(event)
    return words === undefined ? undefined : palette.dim(`${RUNNER.padEnd(width)} | ${words}`)
  }

  /** What comes in one turn goes out in one write. */
  function add(line: string): void {
    lines.push(line)
    if (flushing) return
    flushing = true
    setImmediate(flush)
  }

  function flush(): void {
    flushing = false
    if (closed) return
    const columns = terminal.columns()
    const next = live && columns !== undefined ? drawStatus(columns) : ''
    if (lines.length === 0 && next === status) return
    const text = lines.splice(0).map((line) => `${line}\n`)
    const cleared = status === '' ? '' : clearStatus(columns ?? status.length)
    status = next
    const congested = terminal.write(`${cleared}${text.join('')}${status === '' ? '' : palette.dim(status)}`)
    if (congested === undefined) return
    gone = congested
    void congested.then(() => {
      if (gone === congested) gone = undefined
    })
  }

  function drawStatus(columns: number): string {
    return formatStatus(pod, rows.values(), now() - startMs, columns - 1)
  }

  /** A terminal that has become narrower has wrapped the line: up to its first row, and all below is erased. */
  function clearStatus(columns: number): string {
    const above = Math.ceil(status.length / Math.max(1, columns)) - 1
    return `\r${above > 0 ? `\u001B[${above}A` : ''}\u001B[J`
  }

  async function close(): Promise<void> {
    closed = true
    clearInterval(redraw)
    if (!json) {
      const table = formatTable([...rows.values()], startMs)
      lines.push(...(quiet ? [] : ['']), ...table)
    }
    const last = lines.splice(0).map((line) => `${line}\n`)
    const cleared = status === '' ? '' : clearStatus(terminal.columns() ?? status.length)
    status = ''
    await terminal.write(`${cleared}${last.join('')}`)
  }
}
