/**
 * Writes the tables of docs/reference.md that repeat help pages, from the pages of the built executables. A comment above a table names
 * its pages: `<!-- entrypoint --help, entrypoint wait --help -->`. COMMAND stands for each command of podorder.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const PAGE = fileURLToPath(new URL('../docs/reference.md', import.meta.url))

const DIST = fileURLToPath(new URL('../dist/', import.meta.url))

const MARKED = /^(<!-- (.+) -->)\n(?:\|.*\n)*/gm

interface Row {
  /** The flag with its value, such as `--wait-file PATH …`. */
  readonly flag: string
  /** The commands that have it, each by its own word. */
  readonly of: readonly string[]
  readonly help: string
}

/** @returns the page with new tables */
export function writeTables(page: string): string {
  return page.replace(MARKED, (_, comment: string, pages: string) => {
    return `${comment}\n${writeTable(pages.split(', ').flatMap(listPages))}`
  })
}

/** Lists the commands of podorder, each with its description on the help page. */
export function listCommands(): ReadonlyMap<string, string> {
  const rows = askHelp('podorder --help').matchAll(/^ {2}([a-z]+) {2,}(\S.*)$/gm)
  return new Map([...rows].map(([, name = '', does = '']) => [name, does]))
}

function listPages(page: string): readonly string[] {
  if (!page.includes('COMMAND')) return [page]
  return [...listCommands().keys()].map((name) => page.replace('COMMAND', name))
}

function askHelp(page: string): string {
  const [program = '', ...words] = page.split(' ')
  return execFileSync(`${DIST}${program}`, words, { encoding: 'utf8', env: {} })
}

function writeTable(pages: readonly string[]): string {
  const rows = mergeRows(pages.flatMap((page) => readFlags(askHelp(page), nameCommand(page))))
  const lines = rows.map(({ flag, of, help }) => {
    const cells = [`\`${flag}\``, of.map((name) => `\`${name}\``).join(', '), help]
    return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
  })
  return `${['| flag | of | what it says |', '|---|---|---|', ...lines].join('\n')}\n`
}

/** Returns the word of a command: `registries` for `podorder help registries`, `run` for `podorder run --help`. */
function nameCommand(page: string): string {
  return page.replace(/ --help.*/, '').replace(/^.* /, '')
}

/** Lists every flag except `--help` and `--version`. The description of a flag may have several lines. */
function readFlags(page: string, command: string): readonly Row[] {
  const rows: { readonly flag: string; readonly of: readonly string[]; help: string }[] = []
  let isWithin = false
  for (const line of page.split('\n')) {
    const [, flag, help = ''] = /^ {2}(-\S.*?) {2,}(\S.*)$/.exec(line) ?? []
    const [, more] = /^ {6,}(\S.*)$/.exec(line) ?? []
    const last = rows.at(-1)
    if (flag !== undefined) rows.push({ flag, of: [command], help })
    else if (isWithin && more !== undefined && last !== undefined) last.help += ` ${more}`
    isWithin = flag !== undefined || (isWithin && more !== undefined)
  }
  return rows.filter(({ flag }) => !/(?:^|, )--(?:help|version)$/.test(flag))
}

/** Merges rows with the same flag and description. */
function mergeRows(rows: readonly Row[]): readonly Row[] {
  const same = Map.groupBy(rows, ({ flag, help }) => `${flag}\n${help}`)
  return [...same.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, of: [first, ...others].flatMap(({ of }) => of) }],
  )
}

if (import.meta.main) writeFileSync(PAGE, writeTables(readFileSync(PAGE, 'utf8')))
