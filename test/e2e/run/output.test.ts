/** What the containers write, whole and in order, whatever it is. */
import test from 'ava'
import { openPlace, readLines, writePod } from '../../support/podorder.ts'

test('lines carry their container; its own lines are podorder’s', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { steps: 'one, two-more' },
      containers: { one: 'echo a; echo b >&2', 'two-more': 'printf c' },
    }),
  )
  const { stdout } = await place.run(['run', 'pod.yaml'])
  const [told = ''] = stdout.split('\n\n')
  t.deepEqual(
    told
      .split('\n')
      .filter((line) => !line.startsWith('podorder'))
      .toSorted(),
    ['one      | a', 'one      | b', 'two-more | c'],
  )
  t.true(told.includes('podorder | two-more waits for one/completed\n'))
  t.true(told.includes('podorder | two-more started: one has completed\n'))
})

test('pieces, CRLF, broken UTF-8, no last line end', async (t) => {
  const place = openPlace(t)
  const script = `printf 'on'; sleep 0.1; printf 'e\\r\\n\\303'; sleep 0.1; printf '\\251 \\377\\nlast'`
  place.write('pod.yaml', writePod({ containers: { a: script } }))
  const { stdout } = await place.run(['run', '--json', 'pod.yaml'])
  const lines = readLines(stdout).filter(({ event }) => event === 'output')
  t.deepEqual(
    lines.map(({ line }) => line),
    ['one', 'é \uFFFD', 'last'],
  )
})

test('ten megabytes without a line end are cut, and nothing is lost', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { a: 'head -c 10000000 /dev/zero | tr "\\0" x' } }))
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0)
  const pieces = readLines(stdout).flatMap(({ event, line }) => (event === 'output' ? [line?.length ?? 0] : []))
  t.is(
    pieces.reduce((sum, length) => sum + length, 0),
    10_000_000,
  )
  t.is(Math.max(...pieces), 65_536)
})

test('a hundred thousand lines of a container that ends at once all arrive', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ annotations: { steps: 'a' }, containers: { a: 'seq 100000' } }))
  const { stdout } = await place.run(['run', '--json', 'pod.yaml'])
  const lines = readLines(stdout).filter(({ event }) => event === 'output')
  t.is(lines.length, 100_000)
  t.is(lines.at(-1)?.line, '100000')
  t.is(readLines(stdout).at(-2)?.event, 'ended')
})

test('--no-output hides what they write, --quiet all but the table', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { a: 'echo said' } }))
  const hidden = (await place.run(['run', '--no-output', 'pod.yaml'])).stdout
  t.false(hidden.includes('said'))
  t.true(hidden.includes('a completed'))
  const quiet = (await place.run(['run', '-q', 'pod.yaml'])).stdout
  t.regex(quiet, /^container .*\na .*\n$/)
})

test('colours are for terminals, or for who forces them', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { a: 'echo said', b: 'echo so' } }))
  const run = async (env: Readonly<Record<string, string>>) => (await place.run(['run', 'pod.yaml'], { env })).stdout
  t.false((await run({})).includes('\u001B'))
  t.true((await run({ FORCE_COLOR: '1', NO_COLOR: '1' })).includes('\u001B[36ma        | \u001B[39msaid\n'))
  t.false((await run({ FORCE_COLOR: '0' })).includes('\u001B'))
})
