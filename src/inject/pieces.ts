/**
 * Large manifests in pieces. A parsed document takes thirty times the memory of its text, so only the documents of one group
 * are in memory at a time. Pure.
 */
import type { Input } from './inputs.ts'
import { splitMark } from './manifest.ts'

/** UTF-16 units. Less is not split, which is true of most manifests. */
const AT_ONCE = 64 * 1024

/**
 * Splits where documents begin: `---` at the beginning of a line always starts a document (YAML 1.2, c-forbidden).
 * A file stays whole when its documents may need each other: with directives, which precede the `---`, and with pull secrets,
 * which containers of any document may name.
 */
export function splitInput(input: Input): readonly Input[] {
  const [, text] = splitMark(input.text)
  if (text.length <= AT_ONCE || /^%/m.test(text) || text.includes('dockerconfigjson')) return [input]
  const pieces: Input[] = []
  let start = 0
  let line = 0
  const cutAt = (end: number): void => {
    const piece = text.slice(start, end)
    pieces.push({ ...input, text: piece, line })
    line += countLines(piece)
    start = end
  }
  for (const { index } of text.matchAll(/^---(?=\s|$)/gm)) if (index - start >= AT_ONCE) cutAt(index)
  cutAt(text.length)
  // A document without anything for podorder is tolerated beside others, also when it is a piece by itself.
  return pieces.length === 1 ? pieces : pieces.map((piece) => ({ ...piece, found: true }))
}

/** Some or all documents of a manifest. */
export interface Piece {
  readonly of: Input
  readonly input: Input
}

/** Makes groups that are worked on together, in the order of the files: small manifests, or a piece of a large one. */
export function groupPieces(inputs: readonly Input[]): readonly (readonly Piece[])[] {
  const groups: Piece[][] = []
  let size = Infinity
  for (const of of inputs) {
    for (const input of splitInput(of)) {
      size += input.text.length
      if (size > AT_ONCE) {
        groups.push([])
        size = input.text.length
      }
      groups.at(-1)?.push({ of, input })
    }
  }
  return groups
}

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return count
}
