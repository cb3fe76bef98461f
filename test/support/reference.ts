/** docs/reference.md as tests read it: tables by their headings. */
import { readFileSync } from 'node:fs'
import { PAGE } from '../../scripts/reference.ts'

export const TEXT = readFileSync(PAGE, 'utf8')

/** By the words of the first line; a cell without its backticks. */
export type TableRow = Readonly<Record<string, string>>

/** What stands below a heading, up to the next one. */
export function readSection(heading: string): string {
  const [, section] = TEXT.split(new RegExp(`^#+ ${heading}\n`, 'm'))
  if (section === undefined) throw new Error(`docs/reference.md has no section "${heading}"`)
  return section.split(/^#/m)[0] ?? ''
}

/** @param index of the section's tables, from 0 */
export function readTable(heading: string, index = 0): readonly TableRow[] {
  const tables = readSection(heading).match(/(?:^\|.*\n)+/gm) ?? []
  const [head = '', , ...lines] = (tables[index] ?? '').trimEnd().split('\n')
  const names = cellsOf(head)
  const rows = lines.map((line) => {
    const cells = cellsOf(line)
    return Object.fromEntries(names.map((name, column) => [name, cells[column] ?? '']))
  })
  if (rows.length === 0) throw new Error(`docs/reference.md has no table ${index} in "${heading}"`)
  return rows
}

/** One column of it, in order. */
export function readColumn(heading: string, name: string, index = 0): readonly string[] {
  return readTable(heading, index).map((row) => row[name] ?? '')
}

/** The words between backticks of a cell as it stands. */
export function wordsOf(cell: string): readonly string[] {
  return cell.split(/, | /).filter((word) => word !== '')
}

function cellsOf(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) =>
      cell
        .trim()
        .replaceAll('`', '')
        .replaceAll(String.raw`\|`, '|'),
    )
}
