/** The comments within a value, which stay when the value is replaced. Pure. */
import { findRegion } from './splice.ts'
import type { Page } from './text-page.ts'
import type { Entry, Source, Tree } from './tree.ts'
import type { Style } from './yaml-text.ts'

/** Finds the comments between the entry's colon and the end of its value, in order. */
export function findComments(entry: Entry, page: Page): readonly string[] {
  if (page.layout.json || entry.value.kind === 'scalar' || entry.value.source.alias) return []
  const { start, end } = findRegion(entry, page)
  const comments: string[] = []
  let from = start
  for (const word of [...listWords(entry.value), { start: end, end }]) {
    const between = page.text.slice(from, Math.max(from, word.start))
    for (const [comment] of between.matchAll(/(?<=\s)#[^\r\n]*/g)) comments.push(comment.trimEnd())
    from = Math.max(from, word.end)
  }
  return comments
}

/** Lists the places of keys and scalars. Between them are only brackets, white space and comments. */
function listWords(tree: Tree): readonly Pick<Source, 'start' | 'end'>[] {
  if (tree.kind === 'scalar' || tree.source.alias) return [tree.source]
  if (tree.kind === 'list') return tree.items.flatMap(listWords)
  return [...tree.entries.filter(({ merged }) => !merged), ...(tree.merges ?? [])]
    .toSorted((a, b) => a.keySource.start - b.keySource.start)
    .flatMap(({ keySource, value }) => [keySource, ...listWords(value)])
}

/** @param region the text of a value, from its colon on */
export function putComments(comments: readonly string[], region: string, { eol, indent }: Style): string {
  if (comments.length === 0) return region
  const lead = eol + ' '.repeat(indent)
  if (region.startsWith(eol)) return comments.map((comment) => lead + comment).join('') + region
  const open = /^ [[{]/.exec(region)?.[0]
  if (open === undefined) return region
  const within = `${lead}  `
  return open + comments.map((comment) => within + comment).join('') + within + region.slice(open.length)
}
