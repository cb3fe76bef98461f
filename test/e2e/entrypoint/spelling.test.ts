/** Every flag may be written the way Go, Tekton and GNU users write it. */
import test from 'ava'
import { openStage } from '../../support/entrypoint.ts'

const SPELLINGS = [
  ['--post-file', 'done'],
  ['--post-file=done'],
  ['--post_file', 'done'],
  ['--post_file=done'],
  ['-post-file', 'done'],
  ['-post-file=done'],
  ['-post_file', 'done'],
  ['-post_file=done'],
] as const

for (const words of SPELLINGS) {
  test(`${words.join(' ')} is --post-file`, async (t) => {
    const stage = openStage(t)
    t.is((await stage.run([...words, '--', 'true'])).code, 0)
    t.true(stage.has('done'))
  })
}

const LISTS = [
  ['--wait-file', 'a,b,c'],
  ['--wait_file=a', '-wait-file', 'b,c'],
  ['-wait_file=a', '-wait_file=b', '--wait-file=c'],
] as const

for (const words of LISTS) {
  test(`${words.join(' ')} waits for three files`, async (t) => {
    const stage = openStage(t)
    for (const name of ['a', 'b']) stage.write(name)
    const end = await stage.run([...words, '--wait-timeout', '1ms', '--', 'true'])
    t.is(end.code, 124)
    t.true(end.stderr.includes(`gave up waiting for ${stage.path('c')} after 1ms`))
  })
}

const HELD = [['--hold'], ['-hold'], ['--hold=true'], ['--hold=1']] as const

for (const words of HELD) {
  test(`${words.join(' ')} turns a switch on`, async (t) => {
    const stage = openStage(t)
    const wrapper = stage.member('app', [...words, '--', 'true'])
    await stage.appears('run/app/completed')
    t.false(stage.has('run/app/stopped'))
    wrapper.signal('SIGTERM')
    t.is((await wrapper.end).code, 0)
  })
}

test('--hold=false turns a switch off', async (t) => {
  t.is((await openStage(t).run(['--hold', '--hold=false', '--', 'true'])).code, 0)
})

test('everything after -- is the command, whatever it looks like', async (t) => {
  const stage = openStage(t)
  const end = await stage.run(['--', 'echo', '--wait-file', 'x', '--', '-hold'])
  t.is(end.stdout, '--wait-file x -- -hold\n')
})

test('--help and --version answer on stdout', async (t) => {
  const stage = openStage(t)
  const help = await stage.run(['--help'])
  t.is(help.code, 0)
  t.true(help.stdout.includes('--wait-file PATH'))
  const version = await stage.run(['-version'])
  t.is(version.code, 0)
  t.regex(version.stdout, /^entrypoint \d+\.\d+\.\d+\n$/)
})
