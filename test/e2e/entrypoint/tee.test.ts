/** --stdout-path and --stderr-path: a copy of what the command writes, byte for byte. */
import test from 'ava'
import { readFileSync } from 'node:fs'
import { openStage, type Runtime, sh } from '../../support/entrypoint.ts'

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`a copy of 1 MB is the same bytes as the output (${runtime})`, async (t) => {
    const stage = openStage(t)
    const flags = ['--quiet', '--stdout-path', 'logs/out', '--stderr-path', 'logs/err']
    const script = 'head -c 1000000 /dev/urandom; echo trouble >&2'
    const end = await stage.run([...flags, '--', ...sh(script)], { runtime })
    t.is(end.code, 0)
    t.is(end.bytes.length, 1_000_000)
    t.true(end.bytes.equals(readFileSync(stage.path('logs/out'))))
    t.is(end.stderr, 'trouble\n')
    t.is(stage.read('logs/err'), 'trouble\n')
  })
}

test('copies are appended, and the wrapper’s own lines are not in them', async (t) => {
  const stage = openStage(t)
  stage.write('err', 'before\n')
  const words = ['--stderr-path', 'err', '--', ...sh('echo more >&2')]
  for (let run = 0; run < 2; run++) await stage.run(words)
  t.is(stage.read('err'), 'before\nmore\nmore\n')
})

test('both copies may go to one file', async (t) => {
  const stage = openStage(t)
  await stage.run(['--stdout-path', 'both', '--stderr-path', 'both', '--', ...sh('echo a; echo b >&2')])
  t.deepEqual(stage.read('both').split('\n').toSorted(), ['', 'a', 'b'])
})

for (const flags of [[], ['--stdout-path', 'out']]) {
  test(`a background process that holds the output does not keep the wrapper: ${flags.join(' ')}`, async (t) => {
    const stage = openStage(t)
    const end = await stage.run([...flags, '--', ...sh('sleep 3600 & echo said')])
    t.is(end.code, 0)
    t.is(end.stdout, 'said\n')
    if (flags.length > 0) t.is(stage.read('out'), 'said\n')
  })
}

test('a reader of stdout that has gone away does not disturb the copy', async (t) => {
  const stage = openStage(t)
  const prefix = ['sh', '-c', '"$@" | true', 'sh']
  await stage.run(['--stdout-path', 'out', '--post-file', 'done', '--', ...sh('seq 200000')], { prefix })
  t.is(stage.read('out').trimEnd().split('\n').length, 200_000)
  t.true(stage.has('done'))
})

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`an attempt of the command leaves no descriptor open (${runtime})`, async (t) => {
    const stage = openStage(t)
    const copies = ['--stdout-path', 'logs/out', '--stderr-path', 'logs/err']
    const count = 'echo /proc/$PPID/fd/* | wc -w >> counts; exit 1'
    await stage.run([...copies, '--retries', '19', '--retry-delay', '0s', '--', ...sh(count)], { runtime })
    const counts = stage.read('counts').trim().split('\n').map(Number)
    t.is(counts.length, 20)
    // The first attempt may open what later ones use too.
    t.true(Math.max(...counts) < (counts[1] ?? 0) + 10, counts.join(' '))
  })
}
