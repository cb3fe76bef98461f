/** docs/reference.md as a whole: written from the help pages where it repeats them, and complete. */
import test from 'ava'
import { globSync, readFileSync } from 'node:fs'
import { listCommands, writeTables } from '../scripts/reference.ts'
import { readColumn, sortOnce, TEXT, wordsOf } from './support/reference.ts'

const SOURCES = globSync(['src/**/*.ts', 'cmd/**/*.ts']).map((path) => readFileSync(path, 'utf8'))

/** As GitHub makes it of a heading. */
function makeAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

test('the tables of flags are those of the help pages; "bun scripts/reference.ts" writes them', (t) => {
  t.true(TEXT.includes('\n<!-- podorder COMMAND --help'))
  t.is(writeTables(TEXT), TEXT)
})

test('each command of podorder is there, with what its help says of it', (t) => {
  const said = readColumn('podorder', 'does')
  const names = readColumn('podorder', 'command').map(wordsOf)
  t.deepEqual(names.flat(), [...listCommands().keys()])
  for (const [index, [name = '', ...others]] of names.entries()) {
    if (others.length === 0) t.is(said[index], listCommands().get(name))
  }
})

test('what it links to in itself is there, and all of its chapters are linked to', (t) => {
  const headings = [...TEXT.matchAll(/^(#{2,}) (.+)$/gm)].map(([, depth = '', heading = '']) => ({ depth, heading }))
  const anchors = headings.map(({ heading }) => makeAnchor(heading))
  const linked = [...TEXT.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
  t.deepEqual(
    linked.filter((anchor) => !anchors.includes(anchor)),
    [],
  )
  t.deepEqual(
    anchors.filter((anchor) => !linked.includes(anchor)),
    [],
  )
  t.is(new Set(anchors).size, anchors.length)
})

test('each annotation and label of podorder’s that the source or deploy/ names is there', (t) => {
  const deployed = globSync('deploy/**/*.yaml').map((path) => readFileSync(path, 'utf8'))
  const named = [...SOURCES, ...deployed].flatMap((text) => text.match(/podorder\.io\/[a-z]+(?:-[a-z]+)*/g) ?? [])
  t.true(named.length > 20)
  t.deepEqual(
    [...new Set(named)].filter((name) => !TEXT.includes(`\`${name}`)),
    [],
  )
})

test('the variables of the environment are those that the source reads', (t) => {
  const constants = SOURCES.flatMap((text) => [...text.matchAll(/const ([A-Z_]+) = '([A-Z_]+)'/g)])
  const read = SOURCES.flatMap((text) => [
    ...[...text.matchAll(/\benv\['([A-Z_]+)'\]/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/\benv\[([A-Z_]+)\]/g)].flatMap(([, constant]) =>
      constants.flatMap(([, name, value = '']) => (name === constant ? [value] : [])),
    ),
    ...[...text.matchAll(/\{([^{}]*)\} = (?:process\.)?env\b/g)].flatMap(
      ([, names = '']) => names.match(/[A-Z_]{2,}/g) ?? [],
    ),
  ])
  t.deepEqual(sortOnce(readColumn('Environment variables', 'variable').flatMap(wordsOf)), sortOnce(read))
})
