/** Formats figures as one table, with a row for each figure and a column for each candidate, and sheets as Markdown. */
import { type Bar, type Figure, OURS, type Sheet } from './figure.ts'

const LEGEND = `In brackets: ${OURS}'s figure as a multiple of this one.`

/** @param order the columns in order; those without a figure are left out */
export function formatTable(figures: readonly Figure[], order: readonly string[]): string {
  const columns = order.filter((name) => figures.some(({ values }) => values[name] !== undefined))
  const rows = [
    ['', ...columns, 'bar'],
    ...figures.map((figure) => [
      figure.unit === '' ? figure.name : `${figure.name}, ${figure.unit}`,
      ...columns.map((name) => formatCell(figure, name)),
      figure.bars.map(formatBar).join('; '),
    ]),
  ]
  return [...pad(rows).map((row) => row.join('  ').trimEnd()), '', LEGEND, ''].join('\n')
}

export function formatSheet({ name, columns, rows, notes }: Sheet): string {
  const [head = [], ...body] = pad([[name, ...columns], ...rows])
  const lines = [head, head.map((cell) => '-'.repeat(cell.length)), ...body].map((row) => `| ${row.join(' | ')} |`)
  return [...lines, '', ...notes, ''].join('\n')
}

/** Pads each cell to the width of its column. */
function pad(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
}

function formatCell({ values }: Figure, name: string): string {
  const value = values[name]
  if (value === undefined) return ''
  const ours = values[OURS]
  if (name === OURS || ours === undefined) return formatNumber(value)
  return `${formatNumber(value)} (${formatNumber(ours / value)}x)`
}

function formatBar({ text, met }: Bar): string {
  return `${met ? 'pass' : 'FALLS SHORT'} ${text}`
}

/** Formats a number with three significant digits, which is the precision of the measurements. */
function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}
