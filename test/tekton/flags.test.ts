import test from 'ava'
import { isTektonMode } from '../../src/tekton/mode.ts'
import { formatTektonHelp, readSubcommand, readTektonPlan, type TektonPlan } from '../../src/tekton/tekton-flags.ts'
import { selectPlatformCommand } from '../../src/tekton/platform.ts'

function read(...argv: readonly string[]): TektonPlan {
  const reading = readTektonPlan(argv, '/home/ada')
  if (reading.kind !== 'plan') throw new Error(JSON.stringify(reading))
  return reading.plan
}

function problemOf(...argv: readonly string[]): string {
  const reading = readTektonPlan(argv, '/home/ada')
  return reading.kind === 'problem' ? reading.problem : reading.kind
}

test('one and two dashes, a word or =, are all the same', (t) => {
  const forms = [['-post_file', '/a'], ['--post_file', '/a'], ['-post_file=/a'], ['--post_file=/a']]
  for (const form of forms) t.is(read(...form).postFile, '/a')
})

test('what is not said is as Tekton has it', (t) => {
  const plan = read('-entrypoint', 'x')
  t.is(plan.terminationPath, '/tekton/termination')
  t.is(plan.postFile, undefined)
  t.is(plan.metadataDir, undefined)
  t.is(plan.timeoutMs, undefined)
  t.true(plan.resultsInMessage)
  t.deepEqual([plan.waits, plan.results, plan.stepResults, plan.when], [[], [], [], []])
})

test('lists are cut at commas, and keep their order', (t) => {
  t.deepEqual(read('-wait_file', '/b,/a', '-results', 'x,,y').waits, ['/b', '/a'])
  t.deepEqual(read('-results', 'x,,y').results, ['x', 'y'])
})

test('relative paths are those of the working directory', (t) => {
  const { waits, postFile, metadataDir } = read('-wait_file=w', '-post_file=p', '-step_metadata_dir=m/')
  t.deepEqual([waits, postFile, metadataDir], [['/home/ada/w'], '/home/ada/p', '/home/ada/m'])
})

test('results from elsewhere stay out of the message', (t) => {
  t.false(read('-result_from', 'sidecar-logs').resultsInMessage)
})

test('a negative timeout is kept: it fails the step', (t) => {
  t.is(read('-timeout', '-1s').timeoutMs, -1000)
  t.is(read('-timeout', '0').timeoutMs, undefined)
  t.is(read('-timeout', '1h30m').timeoutMs, 5_400_000)
})

test('the arguments are the words behind the first --', (t) => {
  t.is(read('-entrypoint', 'x', '--', 'a', '--', 'b').words, 3)
  t.is(read('-entrypoint', 'x').words, 0)
  t.is(read('-entrypoint', 'x', 'lost', '--', 'a').words, 1)
})

test('-- as the very first word is none', (t) => {
  t.is(read('--', '-entrypoint', 'x', '--', 'a').words, 0)
  t.is(read('--', 'a').program, undefined)
})

for (const [argv, why] of [
  [['-no_such'], /unknown flag -no_such/],
  [['-wait_file_contents'], /did you mean --wait-file-content/],
  [['-post_file'], /-post_file needs a value/],
  [['-post_file', '--', 'x'], /-post_file needs a value/],
  [['-wait_file_content=maybe'], /either true or false/],
  [['-timeout', '5'], /-timeout takes a duration/],
  [['-when_expressions', '{}'], /-when_expressions takes a JSON list/],
  [['-basic-git', 'secret'], /-basic-git takes SECRET=URL/],
  [['-basic-git', 'a=https://x', '-basic-git', 'b=https://x'], /several secrets for https:\/\/x/],
] as const) {
  test(`refused in a sentence: ${argv.join(' ')}`, (t) => {
    t.regex(problemOf(...argv), why)
  })
}

test('help, whatever else is said', (t) => {
  for (const flag of ['-h', '--help']) t.is(readTektonPlan(['-entrypoint', 'x', flag], '/').kind, 'help')
})

test('the help spells every flag as Tekton does', (t) => {
  for (const name of ['entrypoint', 'wait_file_content', 'step_metadata_dir', 'basic-git', 'docker-cfg']) {
    t.regex(formatTektonHelp(), new RegExp(`^  -${name} `, 'm'))
  }
})

for (const [words, kind] of [
  [['cp', 'a', 'b'], 'cp'],
  [['cp', 'a'], undefined],
  [['cp', 'a', 'b', 'c'], undefined],
  [['init', 'a', 'b'], 'init'],
  [['init', 'a', 'b', 'one', 'two'], 'init'],
  [['init', 'a'], undefined],
  [['step-init'], 'step-init'],
  [['step-init', 'one', 'two'], 'step-init'],
  [['decode-script', 'a'], 'decode-script'],
  [['decode-script'], undefined],
  [['something'], undefined],
] as const) {
  test(`${words.join(' ')} is ${kind ?? 'no subcommand'}`, (t) => {
    t.is(readSubcommand(words)?.kind, kind)
    t.is(
      isTektonMode(words, () => false),
      kind !== undefined,
    )
  })
}

for (const [argv, mode] of [
  [['-entrypoint', 'x'], true],
  [['--entrypoint=x', '--'], true],
  [['-post_file', '/a', '-entrypoint=x'], true],
  [['--', '-entrypoint', 'x'], false],
  [['--name', 'a', '--', 'x'], false],
  [['--entrypoints', 'x'], false],
  [[], false],
] as const) {
  test(`${mode ? 'Tekton’s' : 'our own'} command line: ${argv.join(' ')}`, (t) => {
    t.is(
      isTektonMode(argv, () => false),
      mode,
    )
    t.true(isTektonMode(argv, (name) => name === 'TEKTON_PLATFORM_COMMANDS'))
  })
}

const COMMANDS =
  '{"linux/amd64":["amd"],"linux/arm64/v8":["v8"],"linux/arm64":["arm"],"linux/arm/unknown":["?"],"linux":["any"]}'

for (const [text, arch, words] of [
  [COMMANDS, 'x64', ['amd']],
  [COMMANDS, 'arm64', ['v8']],
  ['{"linux/arm64":["arm"]}', 'arm64', ['arm']],
  [COMMANDS, 'arm', ['?']],
  ['{"linux/arm":["plain"]}', 'arm', ['plain']],
  ['{"linux":["any"]}', 'x64', ['any']],
  ['{"linux/amd64":null}', 'x64', []],
] as const) {
  test(`${arch} takes ${words.join(' ') || 'nothing'} of ${text}`, (t) => {
    t.deepEqual(selectPlatformCommand(text, arch), { words })
  })
}

for (const [text, why] of [
  ['', /is not JSON/],
  ['[]', /is not JSON/],
  ['{"linux/amd64":"app"}', /is not JSON/],
  ['{"linux/s390x":["app"]}', /could not find command for platform "linux\/amd64"; .* knows linux\/s390x/],
] as const) {
  test(`no command for this platform: ${text}`, (t) => {
    const choice = selectPlatformCommand(text, 'x64')
    t.regex('problem' in choice ? choice.problem : '', why)
  })
}
