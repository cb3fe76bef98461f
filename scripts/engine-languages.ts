/**
 * Empties ICU's data in Bun for languages other than English: 9 MB of names of languages, currencies, units and time zones, and
 * dictionaries of words, which podorder does not use. Zeros compress well, and a node reads no page of them. For these languages `Intl`
 * falls back to the root locale, as ICU does for any unknown language.
 */

/** ICU's common data (icu4c, common/ucmndata.h): a header, then the number of items and for each the offsets of name and data. */
const FORMAT = Buffer.from('CmnD')
const MAGIC = Buffer.from([0xda, 0x27])
/** The offset of the format in the header, in bytes. */
const FORMAT_AT = 12

/** The name of a locale, such as `de` or `sr_Latn_RS`. Tables for all languages have longer names, such as `units` and `root`. */
const LOCALE = /^[a-z]{2,3}(?:_\w+)?$/
const KEPT = /^en(?:_US|_US_POSIX|_001)?$/

/** Changes the program in place. @returns the number of emptied bytes. @throws when the data is not there exactly once */
export function emptyLanguages(program: Buffer): number {
  const start = findData(program)
  const table = start + program.readUInt16LE(start)
  const count = program.readUInt32LE(table)
  const offset = (index: number, field: 0 | 4): number => table + program.readUInt32LE(table + 4 + index * 8 + field)
  let emptied = 0
  // The last item stays, since the table does not give its end.
  for (let index = 0; index < count - 1; index++) {
    const name = offset(index, 0)
    const end = program.indexOf(0, name)
    if (!isForeign(program.toString('latin1', name, end))) continue
    // The new name has the same place in the alphabet and is never looked up, so ICU uses its fallback.
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
