/** What Tekton's init containers ask for. */
import test from 'ava'
import { chmodSync, mkdirSync, readlinkSync, statSync, symlinkSync } from 'node:fs'
import { openTekton } from '../../support/tekton.ts'

test('cp makes a copy that everybody may run and nobody but its owner change', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/source', 'abc')
  const end = await stage.runStep(['cp', '/tekton/source', '/tekton/copy'])
  t.is(end.code, 0, end.stderr)
  t.is(stage.read('tekton/copy'), 'abc')
  t.is((statSync(stage.path('tekton/copy')).mode & 0o777).toString(8), '311')
})

test('cp writes over a longer file and leaves its end, and follows links', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/source', 'abc')
  stage.write('tekton/longer', '123456')
  symlinkSync('longer', stage.path('tekton/link'))
  t.is((await stage.runStep(['cp', '/tekton/source', '/tekton/link'])).code, 0)
  t.is(stage.read('tekton/longer'), 'abc456')
})

test('cp of what is not there: exit 1, in a sentence', async (t) => {
  const stage = openTekton(t)
  const end = await stage.runStep(['cp', '/tekton/no', '/tekton/copy'])
  t.is(end.code, 1)
  t.regex(end.stderr, /^cp error: from \/tekton\/no to \/tekton\/copy: no such file or directory \(ENOENT\)$/m)
  t.false(stage.has('tekton/copy'))
})

test('step-init links names and indices to what the steps write about themselves, as often as it is run', async (t) => {
  const stage = openTekton(t)
  mkdirSync(stage.path('tekton/steps'), { recursive: true })
  for (const words of [
    ['step-init', 'step-one', 'step-two'],
    ['step-init', 'step-one', 'step-two'],
  ]) {
    t.is((await stage.runStep(words)).code, 0)
    const target = (name: string) => readlinkSync(stage.path(`tekton/steps/${name}`))
    t.deepEqual(['step-one', '0', 'step-two', '1'].map(target), [
      ...['/tekton/run/0/status', '/tekton/run/0/status'],
      ...['/tekton/run/1/status', '/tekton/run/1/status'],
    ])
  }
})

test('init does both', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/source', 'abc')
  const end = await stage.runStep(['init', '/tekton/source', '/tekton/copy', 'step-one'])
  t.is(end.code, 0, end.stderr)
  t.is(stage.read('tekton/copy'), 'abc')
  t.is(readlinkSync(stage.path('tekton/steps/step-one')), '/tekton/run/0/status')
})

test('decode-script replaces base64 by what it says, and keeps the mode', async (t) => {
  const stage = openTekton(t)
  const script = '#!/bin/sh\necho hé\n'
  stage.write(
    'tekton/scripts/script-0',
    `${Buffer.from(script).toString('base64').slice(0, 8)}\n${Buffer.from(script).toString('base64').slice(8)}`,
  )
  chmodSync(stage.path('tekton/scripts/script-0'), 0o750)
  const end = await stage.runStep(['decode-script', '/tekton/scripts/script-0'])
  t.is(end.code, 0, end.stderr)
  t.is(stage.read('tekton/scripts/script-0'), script)
  t.is((statSync(stage.path('tekton/scripts/script-0')).mode & 0o777).toString(8), '750')
})

test('decode-script leaves what is no base64 as it is: exit 1', async (t) => {
  const stage = openTekton(t)
  stage.write('tekton/scripts/script-0', '#!/bin/sh')
  const end = await stage.runStep(['decode-script', '/tekton/scripts/script-0'])
  t.is(end.code, 1)
  t.regex(end.stderr, /^decode-script error: \/tekton\/scripts\/script-0: it is not base64$/m)
  t.is(stage.read('tekton/scripts/script-0'), '#!/bin/sh')
})
