/** Lines at the bottom of a terminal, which stay while text scrolls above them. */

export interface Block {
  /**
   * @returns the output that shows the text above and replaces the old lines below it by the new ones
   * @param text whole lines, or none
   * @param columns the terminal's, as they are now
   */
  show(text: string, lines: readonly string[], columns: number): string
  /** Whether it shows just these. */
  shows(lines: readonly string[]): boolean
}

/** The sequence of SGR, the only one in the lines. */
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001B\[[\d;]*m/g

export function createBlock(): Block {
  let shown: readonly string[] = []
  return {
    show(text, lines, columns) {
      const cleared = clear(shown, columns)
      shown = lines
      return `${cleared}${text}${lines.join('\n')}`
    },
    shows: (lines) => lines.length === shown.length && lines.every((line, index) => line === shown[index]),
  }
}

/** Erases the lines: moves up to their first row and clears below it. A terminal that became narrower has wrapped them to more rows. */
function clear(lines: readonly string[], columns: number): string {
  if (lines.length === 0) return ''
  const rows = lines.map((line) => Math.max(1, Math.ceil(line.replaceAll(COLOUR, '').length / Math.max(1, columns))))
  const above = rows.reduce((sum, count) => sum + count, 0) - 1
  return `\r${above > 0 ? `\u001B[${above}A` : ''}\u001B[J`
}
