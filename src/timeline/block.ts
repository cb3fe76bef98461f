/** Lines that stay at the bottom of a terminal while text scrolls above them. */

export interface Block {
  /**
   * Replaces the lines, and adds text above them.
   * @param text whole lines, or empty
   * @param columns the current width of the terminal
   * @returns the output to write to the terminal
   */
  show(text: string, lines: readonly string[], columns: number): string
  /** Tells whether the terminal shows exactly these lines. */
  shows(lines: readonly string[]): boolean
}

/** A control sequence for colours (SGR). Lines have no other control sequences. */
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

/** Moves up to the first row of the lines and clears all below. If the terminal became narrower, it has wrapped them to more rows. */
function clear(lines: readonly string[], columns: number): string {
  if (lines.length === 0) return ''
  const rows = lines.map((line) => Math.max(1, Math.ceil(line.replaceAll(COLOUR, '').length / Math.max(1, columns))))
  const above = rows.reduce((sum, count) => sum + count, 0) - 1
  return `\r${above > 0 ? `\u001B[${above}A` : ''}\u001B[J`
}
