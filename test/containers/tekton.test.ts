/** What Tekton runs before the steps, in the surroundings that its version 1.15 gives them. */
import test from 'ava'
import { readFileSync, readlinkSync } from 'node:fs'
import { openHost } from '../support/container.ts'
import { PODORDER_IMAGE, ROOTS } from './roots.ts'

/** The limits in the example of its documents. In v1.13.0, which gave no more, its own program was killed (tektoncd/pipeline #10170, #10201). */
const PREPARE_MEMORY = '64m'
const PLACE_MEMORY = '32m'
const FLAGS = ['--cpus=0.1', '--workdir=/']

const PLACES = ['-post_file', '/tekton/run/out', '-termination_path', '/tekton/run/message']

const SCRIPT = '#!/bin/sh\necho decoded\n'

test.serial(
  'T14, T21, T22: prepare, place-scripts and a step, as anybody, in little memory and a tenth of a CPU; a step without a network',
  async (t) => {
    const host = openHost(t)
    const volume = (name: string, mode = ''): string => `--volume=${host.makeOpen(name)}:/tekton/${name}${mode}`
    // Nothing else is writable: neither the root, nor /tekton/run.
    const prepare = host.start(
      PODORDER_IMAGE,
      ['init', '/ko-app/entrypoint', '/tekton/bin/entrypoint', 'step-one', 'step-two'],
      {
        memory: PREPARE_MEMORY,
        program: [],
        flags: [...FLAGS, '--entrypoint=/ko-app/entrypoint', volume('bin'), volume('steps')],
      },
    )
    t.like(await prepare.end, { code: 0 })
    t.is(readlinkSync(host.path('steps/step-two')), '/tekton/run/1/status')

    // A cold file would be read again and again in 32 MiB, where the disk reads 8 MiB ahead for each page. That is no concern of this test.
    readFileSync(host.path('bin/entrypoint'))
    host.makeOpen('scripts')
    host.write('scripts/script-0', Buffer.from(SCRIPT).toString('base64'), 0o777)
    const shell = ROOTS.find(({ name }) => name === 'busybox')?.image ?? ''
    const place = host.start(shell, ['decode-script', '/tekton/scripts/script-0'], {
      memory: PLACE_MEMORY,
      program: ['/tekton/bin/entrypoint'],
      flags: [...FLAGS, volume('bin', ':ro'), volume('scripts')],
    })
    t.like(await place.end, { code: 0 })
    t.is(readFileSync(host.path('scripts/script-0'), 'utf8'), SCRIPT)

    const step = host.start(shell, [...PLACES, '-entrypoint', '/tekton/scripts/script-0', '--'], {
      program: ['/tekton/bin/entrypoint'],
      flags: [volume('bin', ':ro'), volume('scripts', ':ro'), volume('run')],
    })
    t.like(await step.end, { code: 0, stdout: 'decoded\n' })
    t.true(host.has('run/out'))

    const hermetic = host.start(shell, [...PLACES, '-entrypoint', 'cat', '--', '/proc/net/dev'], {
      program: ['/tekton/bin/entrypoint'],
      flags: [volume('bin', ':ro'), volume('run'), '--env=TEKTON_HERMETIC=1'],
    })
    const isolated = await hermetic.end
    t.is(isolated.code, 0, isolated.stderr)
    t.regex(isolated.stdout, /^.*\n.*\n +lo: [0 ]+\n$/)
  },
)
