/** Splits a stream that arrives in pieces into whole lines. Pure. */

/** A longer line is split, so that a program that never ends a line does not fill the memory. In UTF-16 code units. */
export const MAX_LINE = 64 * 1024

export interface LineSplitter {
  /** @returns the lines that this piece has completed, without their ends (`\n` or `\r\n`) */
  push(piece: string): readonly string[]
  /** @returns the rest when the stream ends */
  end(): readonly string[]
}

export function createLineSplitter(longest: number = MAX_LINE): LineSplitter {
  /** The pieces of an incomplete line. They are joined once, so that many small pieces take linear time. */
  let begun: string[] = []
  let length = 0
  const take = (): string => {
    const line = begun.join('')
    begun = []
    length = 0
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }
  const add = (text: string, lines: string[]): void => {
    let from = 0
    while (length + text.length - from > longest) {
      const to = from + longest - length
      begun.push(text.slice(from, to))
      lines.push(begun.join(''))
      begun = []
      length = 0
      from = to
    }
    if (from >= text.length) return
    begun.push(from === 0 ? text : text.slice(from))
    length += text.length - from
  }
  return {
    push(piece) {
      const lines: string[] = []
      let from = 0
      for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
        add(piece.slice(from, end), lines)
        lines.push(take())
        from = end + 1
      }
      add(piece.slice(from), lines)
      return lines
    },
    end: () => (length === 0 ? [] : [take()]),
  }
}
