/** What steps hand on: results and artifacts in the termination message, and to the steps behind them. */
import test from 'ava'
import { chmodSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { sh } from '../../support/entrypoint.ts'
import { openTekton, STEP } from '../../support/tekton.ts'

const run = (flags: readonly string[], [program = '', ...args]: readonly string[]) => [
  ...[...STEP, ...flags, '-entrypoint', program, '--'],
  ...args,
]

test('results of the task and of the step, then the times, then artifacts', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/artifacts/provenance.json', '{"outputs":[]}')
  const script = `
    printf 'a\\n' > /tekton/results/one; printf b > /tekton/run/0/status/results/two
    printf '{}' > /tekton/run/0/status/artifacts/provenance.json; exit 3`
  const words = run(['-results', 'one,missing', '-step_results', 'two', '-on_error', 'continue'], sh(script))
  t.is((await stage.runStep(words)).code, 0)
  const all = JSON.parse(stage.read('tekton/termination')) as readonly { key: string; value: string; type: number }[]
  t.deepEqual(
    all.filter(({ key }) => key !== 'StartedAt'),
    [
      { key: 'one', value: 'a\n', type: 1 },
      { key: 'two', value: 'b', type: 4 },
      { key: 'ExitCode', value: '3', type: 3 },
      { key: '/tekton/run/0/status/artifacts/provenance.json', value: '{}', type: 5 },
      { key: '/tekton/artifacts/provenance.json', value: '{"outputs":[]}', type: 6 },
    ],
  )
  t.is(all[2]?.key, 'StartedAt')
  t.regex(all[2]?.value ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)$/)
})

test('results of a step that failed are told too', async (t) => {
  const stage = openTekton(t)
  await stage.runStep(run(['-results', 'one'], sh('printf a > /tekton/results/one; exit 3')))
  t.deepEqual(stage.message()?.entries, [{ key: 'one', value: 'a', type: 1 }])
})

test('results that a sidecar tells stay out of the message', async (t) => {
  const stage = openTekton(t)
  const words = run(['-results', 'one', '-result_from', 'sidecar-logs'], sh('printf a > /tekton/results/one'))
  t.is((await stage.runStep(words)).code, 0)
  t.deepEqual(stage.message()?.entries, [])
})

test('a message that is there is appended to; anything else is overwritten', async (t) => {
  for (const [there, kept] of [
    ['[{"key":"old","value":"1","type":1}]', [{ key: 'old', value: '1', type: 1 }]],
    ['not a message', []],
  ] as const) {
    const stage = openTekton(t)
    stage.write('tekton/termination', there)
    t.is((await stage.runStep(run([], ['true']))).code, 0)
    t.deepEqual(stage.message()?.entries, kept)
  }
})

test('a large message is compressed where that is asked for, and a compressed one is appended to', async (t) => {
  const stage = openTekton(t)
  const flags = ['-results', 'large', '-compress_termination_message']
  const words = run(flags, sh('head -c 5000 /dev/zero | tr "\\0" x > /tekton/results/large'))
  for (const lives of [1, 2]) {
    const end = await stage.runStep(words)
    t.is(end.code, 0, end.stderr)
    const [, packed = ''] = /^tknz:([A-Za-z0-9+/]+)$/.exec(stage.read('tekton/termination')) ?? []
    const all = JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString()) as readonly { key: string }[]
    t.is(all.filter(({ key }) => key === 'large').length, lives)
  }
})

test('a result that cannot be read is a failure, told before the flag', async (t) => {
  const stage = openTekton(t)
  const end = await stage.runStep(run(['-results', 'dir'], sh('mkdir /tekton/results/dir')))
  t.is(end.code, 1)
  t.true(stage.has('tekton/run/0/out.err'))
  t.false(stage.has('tekton/run/0/out'))
  t.regex(end.stderr, /cannot read \/tekton\/results\/dir: it is a directory/)
})

test('what an earlier step has left reaches words, variables and `when`', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/steps/step-make/results/name', 'Ada')
  stage.write('tekton/steps/step-make/results/list', '["a b","c"]')
  stage.write(
    'tekton/steps/step-make/artifacts/provenance.json',
    '{"outputs":[{"name":"image","values":[{"uri":"x"}]}]}',
  )
  const when = JSON.stringify([{ input: '$(steps.make.results.name)', operator: 'in', values: ['Ada'] }])
  const command = [
    ...['sh', '-c', 'printf "%s|" "$@"; printf "%s" "$WHO"', 'sh', '<$(steps.make.results.name)>'],
    ...['$(steps.make.results.list[*])', '$(steps.make.outputs.image)', '$(HOME)'],
  ]
  const env = { PATH: process.env['PATH'] ?? '', WHO: 'I, $(steps.make.results.name)' }
  const end = await stage.runStep(run(['-when_expressions', when], command), { env })
  t.is(end.code, 0, end.stderr)
  t.is(end.stdout, '<Ada>|a b|c|[{"uri":"x"}]|$(HOME)|I, Ada')
})

test('a script gets artifacts in a copy of its own', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/steps/step-make/artifacts/provenance.json', '{"inputs":[{"name":"code","values":[{"uri":"x"}]}]}')
  const script = "#!/bin/sh\necho '$(steps.make.inputs.code)' '$(steps.make.results.name)' \"$(basename $0)\"\n"
  stage.write('tekton/scripts/script-0', script)
  chmodSync(stage.path('tekton/scripts/script-0'), 0o755)
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: stage.dir }
  const end = await stage.runStep(run([], ['/tekton/scripts/script-0']), { env })
  t.is(end.stdout, '[{"uri":"x"}] $(steps.make.results.name) script\n', end.stderr)
  t.is(stage.read('tekton/scripts/script-0'), script)
})

test('bytes that are no UTF-8 pass as they are', async (t) => {
  const stage = openTekton(t)
  const end = await stage.runStep(run([], sh('printf "\\377" | cat; printf "%s" "$1" | od -An -tx1', 'é')))
  t.deepEqual([...end.bytes.subarray(0, 1)], [0xff])
  t.is(end.bytes.subarray(1).toString().trim(), 'c3 a9')
})
