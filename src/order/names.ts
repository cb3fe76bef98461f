/** Lists of container names as annotations hold them: `clone, build, test`. */
import { placeWithin, type Position, type Scalar } from '../manifest/tree.ts'

export interface PlacedName {
  readonly name: string
  readonly at: Position
}

/** Splits at commas; blanks and line ends around a name do not count. A name may be empty: that is a fault of the list. */
export function splitNames(scalar: Scalar): readonly PlacedName[] {
  let line = 1
  let column = 1
  return String(scalar.value ?? '')
    .split(',')
    .map((piece) => {
      const name = piece.trim()
      // An empty one is where the next comma, or the end, is.
      const before = name === '' ? piece : piece.slice(0, piece.indexOf(name))
      const start = advance({ line, column }, before)
      ;({ line, column } = advance({ line, column }, `${piece},`))
      return { name, at: placeWithin(scalar, start) }
    })
}

function advance({ line, column }: Position, text: string): Position {
  const lines = text.split('\n')
  const last = lines.at(-1) ?? ''
  return lines.length === 1
    ? { line, column: column + last.length }
    : { line: line + lines.length - 1, column: last.length + 1 }
}
