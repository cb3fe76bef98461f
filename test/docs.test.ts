import test from 'ava'
import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { OPTIONS } from '../src/entrypoint/options.ts'
import { readPage } from './support/literate.ts'
import manifest from '../package.json' with { type: 'json' }

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...list('docs'),
  ...readdirSync('examples').map((name) => `examples/${name}/README.md`),
]

function list(directory: string): readonly string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.md'))
  return names.map((name) => join(directory, name))
}

/** A room of `src`, which pages name without that folder. */
function isRoom(path: string): boolean {
  return existsSync(`src/${path.split('/')[0]}`)
}

/** The lines of a page's `sh` blocks. */
function commandsOf(page: string): readonly string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)]
  return blocks.flatMap(([, body = '']) => body.split('\n').filter((line) => line !== ''))
}

for (const page of pages) {
  test(`${page}: every npm script that it names is there`, (t) => {
    const named = [...readFileSync(page, 'utf8').matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name)
    t.deepEqual(
      named.filter((name) => !(name in manifest.scripts)),
      [],
    )
  })

  test(`${page}: every file that it links to is there`, (t) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path)
    t.deepEqual(
      links.filter((path) => !existsSync(join(dirname(page), path))),
      [],
    )
  })

  test(`${page}: every source file that it names by its path is there`, (t) => {
    const named = readFileSync(page, 'utf8').matchAll(/`([a-z]+\/[\w/.-]+\.ts)`/g)
    const paths = [...named].map(([, path = '']) => (existsSync(dirname(path)) && !isRoom(path) ? path : `src/${path}`))
    t.deepEqual(
      paths.filter((path) => !existsSync(path)),
      [],
    )
  })

  test(`${page}: every flag of the entrypoint in its commands is one`, (t) => {
    const flags = commandsOf(page)
      .filter((line) => line.startsWith('entrypoint '))
      .flatMap((line) => [...(line.split(' -- ')[0] ?? '').matchAll(/--([a-z-]+)/g)].map(([, name = '']) => name))
    t.deepEqual(
      flags.filter((name) => !(name in OPTIONS)),
      [],
    )
  })

  test(`${page}: every manifest in its podorder commands is there`, (t) => {
    const paths = commandsOf(page)
      .filter((line) => line.includes('podorder run'))
      .flatMap((line) => line.match(/\S+\.yaml/g) ?? [])
    t.deepEqual(
      paths.filter((path) => !existsSync(path) && !readPage(page).files.has(path)),
      [],
    )
  })
}

test('the annotations in the README are the voting example’s', (t) => {
  const indented = (text: string) => (/^ {4}podorder\.io\/depends-on: \|\n(?: {6}.*\n)+/m.exec(text) ?? [''])[0]
  const inExample = indented(readFileSync('examples/voting/pod.yaml', 'utf8'))
  t.not(inExample, '')
  // There they are lines of a diff.
  t.is(indented(readFileSync('README.md', 'utf8').replaceAll(/^\+/gm, '')), inExample)
})
