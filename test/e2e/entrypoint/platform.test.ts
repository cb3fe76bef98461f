/** PODORDER_PLATFORM_COMMANDS: the command of an image whose platforms disagree. */
import test from 'ava'
import { openStage, readEvents, type Runtime, sh } from '../../support/entrypoint.ts'

const HERE = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64'
const PATH = '/usr/bin:/bin'
const withCommands = (commands: unknown) => ({
  PATH,
  PODORDER_PLATFORM_COMMANDS: typeof commands === 'string' ? commands : JSON.stringify(commands),
})

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`the words of this platform are run, followed by those after -- (${runtime})`, async (t) => {
    const env = withCommands({ [HERE]: sh('printf "[%s]" "$@"', 'a b', ''), 'linux/other': ['false'] })
    const end = await openStage(t).run(['--', 'c', ''], { env, runtime })
    t.is(end.stdout, '[a b][][c][]')
    t.is(end.code, 0)
  })

  test(`they need no words to follow them (${runtime})`, async (t) => {
    const env = withCommands({ [HERE]: ['echo', 'alone'] })
    const stage = openStage(t)
    for (const words of [[], ['--'], ['--hold=false']])
      t.is((await stage.run(words, { env, runtime })).stdout, 'alone\n')
  })
}

for (const flags of [[], ['--exec']]) {
  test(`the command has its environment without the variable ${flags.join(' ')}`, async (t) => {
    const env = { ...withCommands({ [HERE]: ['/bin/cat'] }), LAST: '1' }
    const end = await openStage(t).run([...flags, '--', '/proc/self/environ'], { env })
    t.is(end.stdout, `PATH=${PATH}\0LAST=1\0`)
  })
}

test('probes and hooks do not get to see it either', async (t) => {
  const stage = openStage(t)
  const write = (file: string) => JSON.stringify(sh(`env > ${file}`))
  const flags = ['--post-start', `{"exec":{"command":${write('hook')}}}`, '--ready-exec', write('probe')]
  stage.member('app', flags, { env: withCommands({ [HERE]: ['cat'] }) })
  await stage.appears('run/app/ready')
  for (const file of ['hook', 'probe']) {
    t.true(stage.read(file).includes(`PATH=${PATH}`))
    t.false(stage.read(file).includes('PODORDER'))
  }
})

const FAULTS: readonly (readonly [string, unknown, string])[] = [
  ['no JSON', 'app', 'PODORDER_PLATFORM_COMMANDS is not JSON of the form {"linux/amd64":["app"]}; inject writes it so'],
  [
    'not for this platform',
    { 'linux/s390x': ['a'], 'windows/amd64': ['b'] },
    `PODORDER_PLATFORM_COMMANDS has no command for ${HERE}; its platforms: linux/s390x, windows/amd64`,
  ],
]

for (const [what, commands, problem] of FAULTS) {
  test(`commands that are ${what} are exit code 2, and the followers are told`, async (t) => {
    const stage = openStage(t)
    const words = ['--wait-file', stage.path('never'), '--', 'x']
    const end = await stage.member('app', words, { env: withCommands(commands) }).end
    t.is(end.code, 2)
    t.deepEqual(readEvents(end.stderr), [`Error: ${problem}`])
    t.like(stage.record('run/app/completed.err'), { exitCode: 2, reason: 'Error', message: problem, origin: 'app' })
  })
}
