/** Lists of container names in annotations: `clone, build, test`. */
import { CONTAINER_OPTIONS, DEPENDS_ON, MAIN, STEPS } from '../pod/annotation-names.ts'
import { type Fault, placeWithin, type Position, type Scalar, type Tree } from '../manifest/tree.ts'

export interface PlacedName {
  readonly name: string
  readonly at: Position
}

/** Splits at commas and trims white space around names. A name may be empty, which is a fault of the list. */
export function splitNames(scalar: Scalar): readonly PlacedName[] {
  let line = 1
  let column = 1
  return String(scalar.value ?? '')
    .split(',')
    .map((piece) => {
      const name = piece.trim()
      // The place of an empty name is that of the next comma or the end.
      const before = name === '' ? piece : piece.slice(0, piece.indexOf(name))
      const start = advance({ line, column }, before)
      ;({ line, column } = advance({ line, column }, `${piece},`))
      return { name, at: placeWithin(scalar, start) }
    })
}

/** Finds names with other separators than commas: spaces, lines, semicolons, arrows, dashes or brackets of a list. */
function findUnlisted({ value }: Scalar): readonly string[] | undefined {
  const text = String(value ?? '').trim()
  const names = text.split(/[\s,;[\]"']+|->/).filter((name) => name !== '' && name !== '-')
  const isListed = names.length === text.split(',').length && !/[;[\]"']|->|^- /m.test(text)
  const areNames = names.every((name) => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(name))
  return isListed || !areNames || names.length === 0 || text.split(',').some((piece) => piece.trim() === '')
    ? undefined
    : names
}

/** @param what the name of the annotation */
export function wordUnlisted(text: Scalar, what: string): Fault | undefined {
  const names = findUnlisted(text)
  const fix = `write "${names?.join(', ')}"`
  return names && { at: text.at, what: `the names in ${what} are not separated by commas`, fix }
}

/** Says what to write instead of an annotation that is not text. */
export function adviseText(key: string, value: Tree): string {
  if (value.kind === 'scalar') return 'put it in quotes'
  if (key === STEPS || key === MAIN) {
    const names = value.kind === 'map' ? value.entries.map((entry) => entry.key) : listWords(value)
    if (names.length > 0) return `write "${key}: ${names.join(', ')}"`
  }
  if (value.kind === 'list') {
    const words = listWords(value)
    if (words.length > 0 && key !== DEPENDS_ON && key !== CONTAINER_OPTIONS)
      return `write "${key}: ${words.join(', ')}"`
    return `write "${key}: |", and below it, indented, a map such as "app: ${key === CONTAINER_OPTIONS ? '{retries: 3}' : '{db: ready}'}"`
  }
  return value.source.flow ? 'put it in quotes' : `write "${key}: |", and the map indented below it`
}

/** The words of a list of words; empty for any other list. */
function listWords(value: Tree): readonly string[] {
  const items = value.kind === 'list' ? value.items : []
  const words = items.flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : []))
  return words.length === items.length ? words : []
}

function advance({ line, column }: Position, text: string): Position {
  const lines = text.split('\n')
  const last = lines.at(-1) ?? ''
  return lines.length === 1
    ? { line, column: column + last.length }
    : { line: line + lines.length - 1, column: last.length + 1 }
}
