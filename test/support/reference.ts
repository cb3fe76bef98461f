/** Reads tables of docs/reference.md by their headings. */
import type { ExecutionContext } from 'ava'
import { readFileSync } from 'node:fs'
import { PAGE } from '../../scripts/reference.ts'

export const TEXT = readFileSync(PAGE, 'utf8')

/** A row: its cells without backticks, by the headings of the columns. */
export type TableRow = Readonly<Record<string, string>>

/** Returns the text below a heading, up to the next one. */
export function readSection(heading: string): string {
  const [, section] = TEXT.split(new RegExp(`^#+ ${heading}\n`, 'm'))
  if (section === undefined) throw new Error(`docs/reference.md has no section "${heading}"`)
  return section.split(/^#/m)[0] ?? ''
}

/** @param index the number of the table in the section, from 0 */
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

/** Returns a column of a table, in order. */
export function readColumn(heading: string, name: string, index = 0): readonly string[] {
  return readTable(heading, index).map((row) => row[name] ?? '')
}

/** Sorts words and removes duplicates, to compare sets. */
export function sortOnce(words: Iterable<string>): readonly string[] {
  return [...new Set(words)].toSorted()
}

/** Splits a cell into its words. */
export function wordsOf(cell: string): readonly string[] {
  return cell.split(/, | /).filter((word) => word !== '')
}

/** A field of JSON as a table writes it: `next[]` is a list, and `reason?` is not in all objects. */
export interface Field {
  readonly name: string
  readonly optional: boolean
}

export function fieldsOf(cell: string): readonly Field[] {
  return wordsOf(cell).map((word) => ({ name: word.replace(/(?:\[\])?\??$/, ''), optional: word.endsWith('?') }))
}

/** Checks that objects have all fields of a table: each required field is in each object, each optional one in some, and no other. */
export function compareFields(
  t: ExecutionContext,
  kind: string,
  objects: readonly object[],
  fields: readonly Field[],
): void {
  t.deepEqual(sortOnce(objects.flatMap(Object.keys)), sortOnce(fields.map(({ name }) => name)), kind)
  for (const { name, optional } of fields) {
    const lacking = optional ? undefined : objects.find((object) => !Object.hasOwn(object, name))
    t.is(lacking, undefined, `${kind} without ${name}`)
  }
}

/** Removes fields that tables leave out, since all objects have them. */
export function dropFields(value: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
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
