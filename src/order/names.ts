/** Lists of container names as annotations hold them: `clone, build, test`. */
import { DEPENDS_ON } from '../pod/annotation-names.ts'
import { type Fault, placeWithin, type Position, type Scalar, type Tree } from '../manifest/tree.ts'

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

/** Names with something else than commas between them: blanks, lines, the dashes or brackets of a list. */
function findUnlisted({ value }: Scalar): readonly string[] | undefined {
  const text = String(value ?? '').trim()
  const names = text.split(/[\s,[\]"']+/).filter((name) => name !== '' && name !== '-')
  const isListed = names.length === text.split(',').length && !/[[\]"']|^- /m.test(text)
  const areNames = names.every((name) => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(name))
  return isListed || !areNames || names.length === 0 || text.split(',').some((piece) => piece.trim() === '')
    ? undefined
    : names
}

/** @param what the annotation */
export function wordUnlisted(text: Scalar, what: string): Fault | undefined {
  const names = findUnlisted(text)
  const fix = `write "${names?.join(', ')}"`
  return names && { at: text.at, what: `the names in ${what} have no commas between them`, fix }
}

/** What to write where an annotation is no text. */
export function adviseText(key: string, value: Tree): string {
  if (value.kind === 'scalar') return 'put it in quotes'
  const isList = value.kind === 'list' && value.items.every(({ kind }) => kind === 'scalar')
  const words =
    isList && value.kind === 'list' ? value.items.map((item) => ('value' in item ? String(item.value) : '')) : []
  if (isList && key !== DEPENDS_ON) return `write "${key}: ${words.join(', ')}"`
  return value.source.flow ? 'put it in quotes' : `write "${key}: |", and the rest indented below it`
}

function advance({ line, column }: Position, text: string): Position {
  const lines = text.split('\n')
  const last = lines.at(-1) ?? ''
  return lines.length === 1
    ? { line, column: column + last.length }
    : { line: line + lines.length - 1, column: last.length + 1 }
}
