/** The picture below the output of a run, on a real terminal. */
import test from 'ava'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../support/eventually.ts'
import { openPlace, type Place, writePod } from '../../support/podorder.ts'
import { startOnTerminal } from '../../support/terminal.ts'

const PODORDER = fileURLToPath(new URL('../../../dist/podorder', import.meta.url))
const UNTIL_GO = 'until [ -e go ]; do sleep 0.02; done'
const CTRL_C = '\x03'

/** In its own directory a container would not find the file. */
const until = (place: Place): string => `echo begun; cd '${place.dir}'; ${UNTIL_GO}; echo done`

function writeShop(place: Place): void {
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': '{app: {db: completed}, web: {app: completed}}' },
      containers: { db: until(place), app: 'echo served', web: 'true' },
    }),
  )
}

const options = (place: Place, rows = 30) => ({ cwd: place.dir, rows, columns: 100, env: { TMPDIR: place.temporary } })

test('bars stand below the output while the pod runs, and give way to the table', async (t) => {
  const place = openPlace(t)
  writeShop(place)
  const run = startOnTerminal(t, `'${PODORDER}' run pod.yaml`, options(place))
  const status = /^test \d+s · db holds up 2 · 2 waiting \(app, web\) · 1 ready$/
  await eventually(
    'the picture',
    () => status.test(run.lines().at(-1) ?? '') && run.lines().some((line) => line.endsWith('| begun')),
  )
  const lines = run.lines()
  t.is(lines.filter((line) => line.startsWith('db   ')).length, 2, lines.join('\n'))
  t.true(lines.findIndex((line) => line.endsWith('| begun')) < lines.findIndex((line) => /^db +[·█]/.test(line)))
  place.write('go', '')
  t.is(await run.end, 0)
  const shown = run.lines().join('\n')
  t.true(shown.includes('app      | served\n'))
  t.true(/^container +waited/m.test(shown))
  t.true(/^critical path: db -> app -> web, /m.test(shown))
  t.false(/[·░█]/.test(shown), shown)
  await place.assertClean()
})

test('a terminal that becomes narrower gets a narrower picture', async (t) => {
  const place = openPlace(t)
  writeShop(place)
  const beside = 'until [ -e narrow ]; do sleep 0.02; done; stty -F /dev/tty cols 50'
  const run = startOnTerminal(t, `'${PODORDER}' run pod.yaml`, { ...options(place), beside })
  const widthOf = (line: string | undefined): number => line?.length ?? 0
  const bar = () =>
    run
      .written()
      .split('\n')
      .findLast((line) => /^app +/.test(line))
  await eventually('the picture', () => bar() !== undefined)
  t.true(widthOf(bar()) > 60)
  place.write('narrow', '')
  await eventually('a narrower one', () => widthOf(bar()?.trimEnd()) < 50 + '\u001B[2m\u001B[22m'.length)
  place.write('go', '')
  t.is(await run.end, 0)
})

test('more containers than fit are counted', async (t) => {
  const place = openPlace(t)
  const names = Array.from({ length: 40 }, (_, index) => `c${index}`)
  place.write('pod.yaml', writePod({ containers: Object.fromEntries(names.map((name) => [name, until(place)])) }))
  const run = startOnTerminal(t, `'${PODORDER}' run --no-output pod.yaml`, options(place, 24))
  await eventually('all run', () => run.lines().at(-1)?.endsWith('· 40 ready'))
  t.is(run.lines().at(-2), '… and 35 more')
  place.write('go', '')
  t.is(await run.end, 0)
})

test('the closing table fits the terminal: what is worth least goes first', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { steps: 'database-migration, application' },
      containers: { 'database-migration': 'true', application: 'exit 3' },
    }),
  )
  const headOf = async (columns: number): Promise<readonly string[]> => {
    const run = startOnTerminal(t, `'${PODORDER}' run pod.yaml`, { ...options(place), columns })
    t.is(await run.end, 3)
    const lines = run.lines()
    const table = lines.slice(lines.findIndex((line) => /^container +/.test(line)))
    for (const line of table.slice(0, 3)) t.true(line.length <= columns, line)
    return (table[0] ?? '').trim().split(/ {2,}/)
  }
  const [wide, narrow] = [await headOf(120), await headOf(56)]
  t.deepEqual(wide, [
    'container',
    'waited',
    'started',
    'ready',
    'ended',
    'restarts',
    'exit',
    'reason',
    'waited for last',
  ])
  t.true(narrow.length < wide.length)
  t.true(
    ['container', 'exit', 'reason'].every((column) => narrow.includes(column)),
    narrow.join(),
  )
})

test('Ctrl-C stops the pod, and leaves a table', async (t) => {
  const place = openPlace(t)
  writeShop(place)
  const run = startOnTerminal(t, `'${PODORDER}' run pod.yaml`, options(place))
  await eventually('the picture', () => run.lines().some((line) => /^db +█/.test(line)))
  run.type(CTRL_C)
  t.is(await run.end, 130)
  t.true(/^db .* 143 /m.test(run.lines().join('\n')), run.lines().join('\n'))
  t.false(/[·░█]/.test(run.lines().join('\n')))
  await place.assertClean()
})

test('a terminal that cannot move its cursor gets lines only', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { a: 'echo said; sleep 0.5' } }))
  const { env, ...rest } = options(place)
  const run = startOnTerminal(t, `'${PODORDER}' run pod.yaml`, { ...rest, env: { ...env, TERM: 'dumb' } })
  t.is(await run.end, 0)
  t.false(run.written().includes('\u001B'))
  t.true(run.written().includes('a        | said'))
})

test('--timeline draws what became of it, in the format that the file’s name asks for', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ annotations: { steps: 'one, two' }, containers: { one: 'true', two: 'exit 3' } }))
  const run = async (file: string) => (await place.run(['run', '-q', 'pod.yaml', '--timeline', file])).code
  t.is(await run('out.json'), 3)
  const history = JSON.parse(place.read('out.json')) as { containers: { container: string; state: string }[] }
  t.deepEqual(
    history.containers.map(({ container, state }) => `${container} ${state}`),
    ['one ended', 'two ended'],
  )
  t.is(await run('out.svg'), 3)
  t.regex(place.read('out.svg'), /^<svg /)
  t.is(await run('out.html'), 3)
  t.regex(place.read('out.html'), /^<!doctype html>/i)
})

test('a file that names no picture is refused before anything starts', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { one: `touch '${place.dir}/started'` } }))
  const { code, stderr } = await place.run(['run', 'pod.yaml', '--timeline', 'out.pdf'])
  t.is(code, 2)
  t.regex(stderr, /^podorder: --timeline cannot be '.*'; give a file that ends with \.html, \.svg or \.json\n$/)
  t.false(place.has('started'))
})

test('a picture in a directory that does not exist is refused before anything starts', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { one: `touch '${place.dir}/started'` } }))
  const { code, stderr } = await place.run(['run', 'pod.yaml', '--timeline', 'nowhere/out.svg'])
  t.deepEqual(
    [code, stderr],
    [2, 'podorder: --timeline nowhere/out.svg: its directory does not exist; make it first\n'],
  )
  t.false(place.has('started'))
})

test('a picture that cannot be written is said, and is a failure of its own', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { one: 'true' } }))
  place.write('file', '')
  const { code, stdout, stderr } = await place.run(['run', '-q', 'pod.yaml', '--timeline', 'file/out.json'])
  t.is(code, 1)
  t.true(stdout.includes('Completed'))
  t.regex(stderr, /^podorder: file\/out\.json: .*; nothing was written\n$/)
})
