/** A simulated terminal for podorder's own control sequences. It wraps long lines, and wraps them again when it is resized. */

export interface Screen {
  write(text: string): void
  /** Changes the width. As in modern terminals, the text stays: long lines are wrapped again, and the cursor stays at its character. */
  resize(columns: number): void
  /** Returns the lines from the top, without trailing spaces. */
  lines(): readonly string[]
}

interface Row {
  text: string
  /** Whether the next row continues the same line. */
  wraps: boolean
}

/** Matches text, line ends, and podorder's control sequences: colours, cursor up, erase below. */
// oxlint-disable-next-line no-control-regex
const PIECE = /\u001B\[([\d;?]*)([A-Za-z])|([\r\n])|([^\u001B\r\n]+)/gy

export function createScreen(initial: number): Screen {
  let columns = initial
  let rows: Row[] = [{ text: '', wraps: false }]
  let row = 0
  let column = 0
  let broken = ''

  const at = (index: number): Row => {
    while (rows.length <= index) rows.push({ text: '', wraps: false })
    return rows[index] as Row
  }

  function put(character: string): void {
    if (column === columns) {
      at(row).wraps = true
      row += 1
      column = 0
    }
    const { text } = at(row)
    at(row).text = `${text.slice(0, column).padEnd(column)}${character}${text.slice(column + 1)}`
    column += 1
  }

  function obey(numbers: string, letter: string): void {
    if (letter === 'A') row = Math.max(0, row - Number(numbers || 1))
    else if (letter === 'J') {
      rows.length = row + 1
      const here = at(row)
      here.text = here.text.slice(0, column)
      here.wraps = false
    } else if (letter !== 'm') throw new Error(`the screen does not know ${letter}`)
  }

  return {
    write(text) {
      const all = broken + text
      PIECE.lastIndex = 0
      let end = 0
      for (let match = PIECE.exec(all); match !== null; match = PIECE.exec(all)) {
        end = PIECE.lastIndex
        const [, numbers = '', letter, move, words] = match
        if (letter !== undefined) obey(numbers, letter)
        else if (move === '\r') column = 0
        else if (move === '\n') {
          row += 1
          column = 0
          at(row)
        } else for (const character of words ?? '') put(character)
      }
      broken = all.slice(end)
    },
    resize(next) {
      const lines: string[] = ['']
      let cursor = { line: 0, offset: 0 }
      rows.forEach(({ text, wraps }, index) => {
        const before = lines.at(-1) ?? ''
        if (index === row) cursor = { line: lines.length - 1, offset: before.length + column }
        lines[lines.length - 1] = before + (wraps ? text.padEnd(columns) : text)
        if (!wraps && index < rows.length - 1) lines.push('')
      })
      columns = next
      rows = []
      lines.forEach((line, index) => {
        const pieces = Math.max(1, Math.ceil(line.length / columns))
        if (index === cursor.line) {
          const piece = Math.min(pieces - 1, Math.floor(cursor.offset / columns))
          row = rows.length + piece
          column = cursor.offset - piece * columns
        }
        for (let piece = 0; piece < pieces; piece += 1) {
          rows.push({ text: line.slice(piece * columns, (piece + 1) * columns), wraps: piece < pieces - 1 })
        }
      })
    },
    lines: () => rows.map(({ text }) => text.trimEnd()),
  }
}
