/** Every page of both programs fits a screen, shows an example that works, and together they name every option. */
import test from 'ava'
import { execa } from 'execa'
import { INSTALL_OPTIONS } from '../../src/install/installation.ts'
import { OPTIONS } from '../../src/entrypoint/options.ts'
import { WAIT_OPTIONS } from '../../src/wait/wait-options.ts'
import { TEKTON_OPTIONS } from '../../src/tekton/tekton-flags.ts'

const COLUMNS = 80
const LINES = 40

/** Command -> its flags with their dashes; the empty one is the program itself. From what completion knows. */
async function readFlags(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { stdout } = await execa('dist/podorder', ['completion', 'bash'])
  const cases = stdout.matchAll(/^ {4}'(\S*) options'\) kind=choice list='(.*)' ;;$/gm)
  return new Map([...cases].map(([, command = '', list = '']) => [command, list.split(' ')]))
}

async function print(program: 'podorder' | 'entrypoint', words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await execa(`dist/${program}`, words)
  // Go's flag package prints help on stderr, and so does what stands in for a program that uses it.
  return stdout + stderr
}

const FLAGS = await readFlags()
const COMMANDS = [...FLAGS.keys()].filter((command) => command !== '')
const PODORDER_PAGES = new Map<string, readonly string[]>([
  ['podorder', ['--help']],
  ...COMMANDS.map((command) => [`podorder ${command}`, [command, '--help']] as const),
  ['podorder help registries', ['help', 'registries']],
])
const ENTRYPOINT_PAGES = new Map([
  ['entrypoint', ['--help']],
  ['entrypoint, the other page', ['--help', 'more']],
  ['entrypoint, the page on stops and restarts', ['--help', 'together']],
  ['entrypoint install', ['install', '--help']],
  ['entrypoint probe', ['probe', '--help']],
  ['entrypoint wait', ['wait', '--help']],
  ['entrypoint of Tekton', ['-entrypoint', 'app', '-help']],
])

/** A word, or several, that stand twice in a row: what a search and replace leaves behind. */
function findDoubled(page: string): readonly string[] {
  const cells = page.replaceAll(/\n {10,}/g, ' ').split(/\n| {2,}/)
  return cells.filter((cell) => /\b(?!default\b)([a-z]+(?: [a-z]+){0,3}) \1\b/.test(cell))
}

/** What fits is what a terminal of 80 columns shows at once, or with one turn of the wheel. */
function listMisfits(page: string): readonly string[] {
  const lines = page.split('\n')
  return [
    ...lines.filter((line) => Array.from(line).length > COLUMNS),
    ...(lines.length > LINES ? [`${lines.length} lines`] : []),
    ...lines.filter((line) => line.endsWith(' ')),
  ]
}

test('completion knows the commands that the first page lists', async (t) => {
  const [page = ''] = (await print('podorder', ['--help'])).split('Examples:')
  const listed = [...page.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name = '']) => name)
  t.deepEqual(listed.toSorted(), COMMANDS.toSorted())
})

for (const [name, words] of PODORDER_PAGES) {
  test(`${name}: its page fits, and its examples are of commands and options that there are`, async (t) => {
    const page = await print('podorder', words)
    t.deepEqual(listMisfits(page), [])
    t.deepEqual(findDoubled(page), [])
    const [, examples = ''] = page.split('\nExamples:\n')
    const lines = examples.split('\n').filter((line) => line.startsWith('  '))
    t.true(lines.length > 0, 'it has an example')
    for (const line of lines) {
      const own = line
        .split('|')
        .map((part) => part.trim().replace(/^kubectl podorder/, 'podorder'))
        .find((part) => part.startsWith('podorder '))
      // What stands behind wide blanks is said about it.
      const [, command = '', ...rest] = (own ?? '').replace(/ {2,}.*/, '').split(' ')
      t.true(COMMANDS.includes(command), line)
      const known = new Set(FLAGS.get(command))
      const flags = rest.filter((word) => /^-./.test(word)).map((word) => word.split('=', 1)[0] ?? '')
      t.deepEqual(
        flags.filter((flag) => !known.has(flag)),
        [],
        line,
      )
    }
  })
}

for (const command of COMMANDS) {
  test(`podorder ${command}: every option is on its page, or on that of registries`, async (t) => {
    const page = await print('podorder', [command, '--help'])
    const others = page.includes('podorder help registries') ? await print('podorder', ['help', 'registries']) : ''
    for (const flag of FLAGS.get(command) ?? []) t.true(hasFlag(page, flag) || hasFlag(others, flag), flag)
    t.is(await print('podorder', ['help', command]), page)
  })
}

function hasFlag(page: string, flag: string): boolean {
  return new RegExp(`^ {2}(?:-\\S, )?${flag}(?:[ ,]|$)`, 'm').test(page)
}

const NAMED = new Map<string, object>([
  ['entrypoint install', INSTALL_OPTIONS],
  ['entrypoint wait', WAIT_OPTIONS],
  ['entrypoint of Tekton', TEKTON_OPTIONS],
])

for (const [name, words] of ENTRYPOINT_PAGES) {
  test(`${name}: its page fits, and shows an example with flags that there are`, async (t) => {
    const page = await print('entrypoint', words)
    t.deepEqual(listMisfits(page), [])
    t.deepEqual(findDoubled(page), [])
    const example = /^Usage: .*\n((?: {2}.*(?:\n|$))+)/m.exec(page)?.[1] ?? ''
    t.regex(example, /^ {2}entrypoint /)
    const table = NAMED.get(name) ?? { ...OPTIONS, 'run-dir': {}, name: {} }
    const flags = [...(example.split(' -- ')[0] ?? '').matchAll(/ --?([a-z][a-z_-]+)/g)].map(([, flag = '']) =>
      flag.replaceAll('_', '-'),
    )
    t.deepEqual(
      flags.filter((flag) => !(flag in table)),
      [],
    )
    for (const flag of Object.keys(NAMED.get(name) ?? {})) {
      t.regex(page.replaceAll('_', '-'), new RegExp(`^ {2}--?${flag}(?: |$)`, 'm'))
    }
  })
}

test('the two pages of the entrypoint name every flag once', async (t) => {
  const pages = `${await print('entrypoint', ['--help'])}\n${await print('entrypoint', ['--help', 'more'])}\n${await print('entrypoint', ['--help', 'together'])}`
  const named = [...pages.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name = '']) => name)
  t.deepEqual(named.toSorted(), Object.keys(OPTIONS).toSorted())
})

test('podorder without words prints its page on stderr, and that is misuse', async (t) => {
  const { exitCode, stdout, stderr } = await execa('dist/podorder', { reject: false })
  t.deepEqual([exitCode, stdout], [2, ''])
  t.is(stderr, await print('podorder', ['--help']))
})
