/**
 * What changed between Tekton v0.53 and v1.15, number by number, from outside. The numbers are those of the list from which this
 * was built; what each is about stands beside it.
 */
import test from 'ava'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { openTekton, STEP } from '../../support/tekton.ts'

const PATH = process.env['PATH'] ?? ''
const run = (flags: readonly string[], [program = '', ...args]: readonly string[]): readonly string[] => [
  ...STEP,
  ...flags,
  ...['-entrypoint', program, '--', ...args],
]

test('T3: whatever is at the place of a link of step-init is left', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/steps/step-one', 'a file')
  mkdirSync(stage.path('tekton/steps/0'))
  const end = await stage.runStep(['step-init', 'step-one', 'step-two'])
  t.is(end.code, 0, end.stderr)
  t.is(stage.read('tekton/steps/step-one'), 'a file')
  t.deepEqual(readdirSync(stage.path('tekton/steps/0')), [])
  t.is(readlinkSync(stage.path('tekton/steps/step-two')), '/tekton/run/1/status')
})

test('T7: a wait that fails by its look, with breakpoints, writes no post file', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/file', '')
  stage.write('tekton/run/0/out.breakpointexit', '5\n')
  const end = await stage.runStep(run(['-breakpoint_on_failure', '-wait_file', '/tekton/file/out'], ['true']))
  t.is(end.code, 5, end.stderr)
  t.false(stage.has('tekton/run/0/out'))
  t.false(stage.has('tekton/run/0/out.err'))
})

test('T8, T9: results that cannot be read are found before the flag of success, and the message is written', async (t) => {
  const stage = openTekton(t)
  mkdirSync(stage.path('tekton/results/dir'))
  const end = await stage.runStep(run(['-results', 'dir'], ['true']))
  t.is(end.code, 1)
  t.false(stage.has('tekton/run/0/out'))
  t.true(stage.has('tekton/run/0/out.err'))
  t.deepEqual(stage.message()?.entries, [])
})

test('T10: a step that waits when the task is cancelled says Skipped', async (t) => {
  const stage = openTekton(t)
  const step = stage.step(run(['-wait_file', '/tekton/run/1/out'], ['true']))
  await stage.appears('tekton/run/0/status/artifacts')
  stage.write('tekton/downward/cancel', 'CANCEL')
  t.is((await step.end).code, 1)
  t.true(stage.has('tekton/run/0/out.err'))
  t.false(stage.has('tekton/run/0/status/exitCode'))
  t.deepEqual(stage.message()?.entries, [{ key: 'Reason', value: 'Skipped', type: 3 }])
})

test('T11: without HOME no credentials are copied, and a line says so', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/creds/.gitconfig', '[user]\n')
  const end = await stage.runStep(run([], ['true']), { env: { PATH } })
  t.is(end.code, 0)
  t.is(end.stderr.split('\n').filter((line) => line.includes('HOME is not set')).length, 1)
})

/** How long an answer may stay empty. */
const ANSWER_MS = 1000

test('T12: the answer at a breakpoint is read when it is written, not when its file is made', async (t) => {
  for (;;) {
    const stage = openTekton(t)
    const step = stage.step(run(['-breakpoint_on_failure'], ['false']))
    await eventually('it asks', () => step.stderr().includes('the step has failed'))
    const answer = stage.path('tekton/run/0/out.breakpointexit')
    const since = performance.now()
    writeFileSync(answer, '')
    await new Promise((resolve) => setTimeout(resolve, 20))
    writeFileSync(answer, '3\n')
    const tookMs = performance.now() - since
    const { code } = await step.end
    // On a busy machine this test itself may be too late.
    if (tookMs >= ANSWER_MS) continue
    t.is(code, 3)
    return
  }
})

test('T12: an answer that stays empty is 0', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/run/0/out.breakpointexit', '')
  t.is((await stage.runStep(run(['-breakpoint_on_failure'], ['false']))).code, 0)
})

const TELL = sh('printf "%s|%s|%s|" "$A" "$B" "$C"; printf "%s," "$@"')

test('T13: a reference that leads nowhere is a warning, and the command runs with the text', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/steps/step-s/results/r', 'R')
  const env = { PATH, B: '$(steps.s.results.no)' }
  const end = await stage.runStep(run([], [...TELL, '$(steps.s.results.r)']), { env })
  t.is(end.code, 0, end.stderr)
  // Variables come first, and the first fault ends the replacing.
  t.is(end.stdout, '|$(steps.s.results.no)||$(steps.s.results.r),')
  t.regex(end.stderr, /warning: variable B: .*there is no \/tekton\/steps\/step-s\/results\/no/)
  t.true(stage.has('tekton/run/0/out'))
})

test('T13: a fault in the words leaves variables replaced, and all words as they are', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/steps/step-s/results/r', 'R')
  const env = { PATH, A: '$(steps.s.results.r)' }
  const words = ['$(steps.s.results.r)', '$(steps.s.results.no)']
  const end = await stage.runStep(run([], [...TELL, ...words]), { env })
  t.is(end.code, 0, end.stderr)
  t.is(end.stdout, 'R|||$(steps.s.results.r),$(steps.s.results.no),')
})

test('T13: a fault in `when` leaves the words as they are; `when` is judged by its text', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/steps/step-s/results/r', 'R')
  const when = JSON.stringify([{ input: '$(steps.s.results.no)', operator: 'notin', values: ['x'] }])
  const end = await stage.runStep(run(['--when_expressions', when], [...TELL, '$(steps.s.results.r)']), {
    env: { PATH },
  })
  t.is(end.code, 0, end.stderr)
  t.is(end.stdout, '|||$(steps.s.results.r),')
})

test('T13: a whole array used as text is empty, and so is a key that is not there', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/steps/step-s/results/list', '["a","b"]')
  stage.write('tekton/steps/step-s/results/map', '{"k":"v"}')
  const words = ['<$(steps.s.results.list)>', '<$(steps.s.results.map.no)>', '<$(steps.s.results.map.k)>']
  const end = await stage.runStep(run([], [...TELL, ...words]), { env: { PATH } })
  t.is(end.stdout, '|||<>,<>,<v>,', end.stderr)
})

for (const as of ['nobody', 'root of a container'] as const) {
  test(`T14: ${as} needs no other capability for a step without a network`, async (t) => {
    const stage = openTekton(t)
    const env = { PATH, TEKTON_HERMETIC: '1' }
    const look = 'tail -n +3 /proc/net/dev; id -u; echo $$; cat /proc/self/uid_map /proc/self/gid_map'
    const end = await stage.runStep(run([], ['sh', '-c', look]), { env, as })
    t.is(end.code, 0, end.stderr)
    const [network, uid, pid, ...maps] = end.stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
    t.is(network?.[0], 'lo:')
    t.deepEqual([uid, pid], [[as === 'nobody' ? '65534' : '0'], ['1']])
    for (const [inside, outside] of maps) t.is(inside, outside)
    t.is(maps.length, 2)
  })
}

test('T14: where identities cannot be mapped the step does not run', async (t) => {
  const stage = openTekton(t)
  const env = { PATH, TEKTON_HERMETIC: '1' }
  const end = await stage.runStep(run([], ['cat', '/proc/net/dev']), { env, as: 'root in name only' })
  t.deepEqual([end.code, end.stdout], [1, ''])
  t.regex(end.stderr, /cannot start cat without a network: .*root needs CAP_SETUID, CAP_SETGID and CAP_SETFCAP/)
})

test('T15: signing ends as with a Tekton that was built without SPIRE', async (t) => {
  const stage = openTekton(t)
  const end = await stage.runStep(run(['-enable_spire'], ['true']))
  t.is(end.code, 1)
  t.is(
    end.stderr,
    'Error: SPIRE is disabled in this build, but enableSpire was set to true. Please recompile with SPIRE support.\n',
  )
  t.deepEqual(readdirSync(stage.path('tekton/run/0')), [])
  const unknown = await stage.runStep(run(['-spire_socket_path', 'unix:///x'], ['true']))
  t.is(unknown.code, 2)
})

test('T16: Windows is not served, and the documents say so', (t) => {
  const readme = readFileSync(fileURLToPath(new URL('../../../examples/tekton/README.md', import.meta.url)), 'utf8')
  t.regex(readme, /Windows/)
})

test('T17: the order of a message, and the path as the key of artifacts', async (t) => {
  const stage = openTekton(t)
  const write = 'printf r > /tekton/results/r; printf s > /tekton/run/0/status/results/s; mkdir -p /tekton/artifacts'
  const made = `${write}; for d in /tekton/run/0/status/artifacts /tekton/artifacts; do printf {} > $d/provenance.json; done; exit 3`
  const flags = ['-results', 'r', '-step_results', 's', '-on_error', 'continue']
  const end = await stage.runStep(run(flags, sh(made)))
  t.is(end.code, 0, end.stderr)
  const entries = JSON.parse(stage.read('tekton/termination')) as readonly { key: string; type: number }[]
  t.deepEqual(
    entries.map(({ key, type }) => [key, type]),
    [
      ['r', 1],
      ['s', 4],
      ['StartedAt', 3],
      ['ExitCode', 3],
      ['/tekton/run/0/status/artifacts/provenance.json', 5],
      ['/tekton/artifacts/provenance.json', 6],
    ],
  )
})

test('T19: nothing of ours lies directly in /tekton/run, results are there before flags, and not in the message', async (t) => {
  const stage = openTekton(t)
  const end = await stage.runStep(
    run(['-result_from', 'sidecar-logs', '-results', 'r'], sh('printf r > /tekton/results/r')),
  )
  t.is(end.code, 0, end.stderr)
  t.deepEqual(readdirSync(stage.path('tekton/run')).toSorted(), ['0', '1'])
  t.deepEqual(stage.message()?.entries, [])
})

test('T20: the first step waits for content of the downward file', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/downward/ready', '')
  const flags = ['-wait_file', '/tekton/downward/ready', '-wait_file_content']
  const step = stage.step(run(flags, ['true']))
  await stage.appears('tekton/run/0/status/artifacts')
  t.false(stage.has('tekton/run/0/out'))
  stage.write('tekton/downward/ready', 'READY')
  t.is((await step.end).code, 0)
})

test('T21, T22: decode-script needs nothing but its file', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/script', Buffer.from('#!/bin/sh\n').toString('base64'))
  const end = await stage.runStep(['decode-script', '/tekton/script'], { env: {} })
  t.is(end.code, 0, end.stderr)
  t.is(stage.read('tekton/script'), '#!/bin/sh\n')
})

test('T23: the debug scripts touch `out` before they write the answer', async (t) => {
  const stage = openTekton(t)
  const step = stage.step(run(['-breakpoint_on_failure'], ['false']))
  await eventually('it asks', () => step.stderr().includes('the step has failed'))
  stage.write('tekton/run/0/out', '')
  stage.write('tekton/run/0/out.breakpointexit', '0\n')
  t.is((await step.end).code, 0)
  t.false(stage.has('tekton/run/0/out.err'))
})

test('T23: .beforestepexit.err has content', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/run/0/out.beforestepexit.err', '1\n')
  const end = await stage.runStep(run(['-debug_before_step'], ['true']))
  t.is(end.code, 1)
  t.true(stage.has('tekton/run/0/out.err'))
})
