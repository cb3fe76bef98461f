/** Tables of flags on the help pages of the entrypoint. Pure. */
import type { FlagTable } from './argv.ts'

/** Width of a terminal in columns that every page fits. */
export const PAGE_WIDTH = 80

export interface RowOptions {
  /** Flags of the table to show, in its order; default: all. */
  readonly names?: readonly string[]
  /** Spelling of a name on the command line; default: `--name`. */
  readonly spell?: (name: string) => string
}

/**
 * Formats a row for each flag: `  --name VALUE …  what it does`. The second column is aligned. A text too long for the page
 * continues on the next line of the same column.
 */
export function formatRows(table: FlagTable, options: RowOptions = {}): readonly string[] {
  const { names = Object.keys(table), spell = (name) => `--${name}` } = options
  const rows = names.map((name) => {
    const { kind, value, help = '' } = table[name] ?? { kind: 'switch' }
    return [`${spell(name)}${value === undefined ? '' : ` ${value}`}${kind === 'list' ? ' …' : ''}`, help] as const
  })
  const width = Math.max(...rows.map(([term]) => term.length))
  return rows.flatMap(([term, help]) =>
    wrap(help, PAGE_WIDTH - width - 4).map((line, index) => `  ${(index === 0 ? term : '').padEnd(width)}  ${line}`),
  )
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
