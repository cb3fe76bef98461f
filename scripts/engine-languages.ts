/**
 * Empties what Bun contains of ICU's data for languages other than English: 9 MB of names of languages, currencies, units and
 * time zones, and dictionaries of words, that nothing here asks for. Zeros compress to nothing, and a node reads no page of
 * them. `Intl` falls back to the root locale for them, as ICU does for any language that it does not know.
 */

/** ICU's common data (icu4c, common/ucmndata.h): a header, then the number of items and for each the offsets of name and data. */
const FORMAT = Buffer.from('CmnD')
const MAGIC = Buffer.from([0xda, 0x27])
/** Of the format within the header. */
const FORMAT_AT = 12

/** `de`, `de_AT`, `sr_Latn_RS`; tables of all languages have longer names, such as `units` and `root`. */
const LOCALE = /^[a-z]{2,3}(?:_\w+)?$/
const KEPT = /^en(?:_US|_US_POSIX|_001)?$/

/** Changes it in place. @returns how many bytes are empty now. @throws when there is no such data, or twice */
export function emptyLanguages(program: Buffer): number {
  const start = findData(program)
  const table = start + program.readUInt16LE(start)
  const count = program.readUInt32LE(table)
  const offset = (index: number, field: 0 | 4): number => table + program.readUInt32LE(table + 4 + index * 8 + field)
  let emptied = 0
  // The last one, which has no end, is some language's or not; it stays.
  for (let index = 0; index < count - 1; index++) {
    const name = offset(index, 0)
    const end = program.indexOf(0, name)
    if (!isForeign(program.toString('latin1', name, end))) continue
    // Renamed to a name that is never looked up and has the same place in the alphabet: lookups then use their fallback.
    program[end - 1] = 'z'.charCodeAt(0)
    program.fill(0, offset(index, 4), offset(index + 1, 4))
    emptied += offset(index + 1, 4) - offset(index, 4)
  }
  if (emptied === 0) throw new Error('the base executable has no data of languages that could be emptied')
  return emptied
}

/** @param name `icudt78l/curr/de.res` */
function isForeign(name: string): boolean {
  const [, base = '', kind] = /([^/]+)\.(\w+)$/.exec(name) ?? []
  return kind === 'dict' || (kind === 'res' && LOCALE.test(base) && !KEPT.test(base))
}

function findData(program: Buffer): number {
  const found: number[] = []
  for (let at = program.indexOf(FORMAT); at !== -1; at = program.indexOf(FORMAT, at + 1)) {
    const start = at - FORMAT_AT
    if (program.subarray(start + 2, start + 4).equals(MAGIC)) found.push(start)
  }
  const [start, ...others] = found
  if (start === undefined || others.length > 0)
    throw new Error(`the base executable has ICU's data ${found.length} times`)
  return start
}
