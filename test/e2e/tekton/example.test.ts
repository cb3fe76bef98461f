/** examples/tekton: its TaskRun, each step with the flags that Tekton's controller would give it, all started at once. */
import test from 'ava'
import { readFileSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { openTekton } from '../../support/tekton.ts'

const EXAMPLE = fileURLToPath(new URL('../../../examples/tekton/', import.meta.url))

interface Step {
  readonly name: string
  readonly command: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly onError?: string
  readonly when?: readonly object[]
  readonly results?: readonly { readonly name: string }[]
}

interface TaskRun {
  readonly spec: {
    readonly taskSpec: { readonly results: readonly { readonly name: string }[]; readonly steps: readonly Step[] }
  }
}

function flagsOf(step: Step, index: number, results: string): readonly string[] {
  const run = `/tekton/run/${index}`
  return [
    ...(index === 0
      ? ['-wait_file', '/tekton/downward/ready', '-wait_file_content']
      : ['-wait_file', `/tekton/run/${index - 1}/out`]),
    ...['-post_file', `${run}/out`, '-step_metadata_dir', `${run}/status`, '-termination_path', `${run}/message`],
    ...['-results', results],
    ...(step.onError === undefined ? [] : ['-on_error', step.onError]),
    ...(step.when === undefined ? [] : ['-when_expressions', JSON.stringify(step.when)]),
    ...(step.results === undefined ? [] : ['-step_results', step.results.map(({ name }) => name).join(',')]),
  ]
}

test('the steps run in order, hand on their results, and end as the page says', async (t) => {
  const { taskSpec } = (parse(readFileSync(`${EXAMPLE}taskrun.yaml`, 'utf8')) as TaskRun).spec
  const stage = openTekton(t)
  const results = taskSpec.results.map(({ name }) => name).join(',')
  const started = taskSpec.steps.map((step, index) => {
    symlinkSync(`/tekton/run/${index}/status`, stage.path(`tekton/steps/step-${step.name}`))
    const [program = '', ...words] = [...step.command, ...(step.args ?? [])]
    const env = Object.fromEntries((step.env ?? []).map(({ name, value }) => [name, value]))
    return stage.step([...flagsOf(step, index, results), '-entrypoint', program, '--', ...words], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    })
  })
  stage.write('tekton/downward/ready', 'READY')
  const ends = await Promise.all(started.map(({ end }) => end))
  t.deepEqual(
    ends.map(({ code }) => code),
    [0, 0, 0, 0],
  )
  t.is(ends[2]?.stdout, 'Hello, Ada and Grace Edsger!\n')
  t.true(readFileSync(`${EXAMPLE}README.md`, 'utf8').includes(`\`${ends[2]?.stdout.trim()}\``))

  const messages = taskSpec.steps.map(
    (_, index) => JSON.parse(stage.read(`tekton/run/${index}/message`)) as { key: string; value: string }[],
  )
  const said = (index: number, key: string) => messages[index]?.find((entry) => entry.key === key)?.value
  t.is(said(0, 'name'), 'Ada')
  t.is(said(1, 'ExitCode'), '7')
  t.is(said(2, 'greeting'), 'Hello, Ada and Grace Edsger!\n')
  t.is(said(3, 'Reason'), 'Skipped')
  const times = messages.map((_, index) => said(index, 'StartedAt') ?? '')
  t.deepEqual(times, times.toSorted())
})

test('the patch adds the image to the controller’s arguments', (t) => {
  const [patch] = parse(readFileSync(`${EXAMPLE}use-podorder.yaml`, 'utf8')) as readonly Record<string, string>[]
  t.like(patch, { op: 'add', path: '/spec/template/spec/containers/0/args/-' })
  t.regex(patch?.['value'] ?? '', /^-entrypoint-image=\S+$/)
})
