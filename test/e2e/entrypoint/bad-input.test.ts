/** Bad input: one error that says what, where and how to fix it; its exit code; and what is left behind. */
import test from 'ava'
import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { openStage, readEvents, type Stage } from '../../support/entrypoint.ts'

interface Misuse {
  readonly what: string
  readonly words: readonly string[]
  readonly problem: string
}

const MISUSES: readonly Misuse[] = [
  { what: 'an unknown flag', words: ['--frobnicate', '--', 'true'], problem: 'unknown flag --frobnicate' },
  {
    what: 'a slip in a flag',
    words: ['-wiat_file', 'x', '--', 'true'],
    problem: 'unknown flag -wiat_file; did you mean --wait-file?',
  },
  {
    what: 'no command',
    words: ['--wait-file', 'x', '--'],
    problem: 'no command; write it after --: entrypoint [flags] -- command [args…]',
  },
  {
    what: 'no words at all',
    words: [],
    problem: 'no command; write it after --: entrypoint [flags] -- command [args…]',
  },
  { what: 'no --', words: ['echo', 'hi'], problem: 'put -- before the command: -- echo …' },
  { what: 'a flag without its value', words: ['--timeout'], problem: '--timeout needs a value: --timeout D' },
  {
    what: 'a switch that is neither on nor off',
    words: ['--hold=maybe', '--', 'true'],
    problem: '--hold is either true or false, not "maybe"',
  },
  {
    what: 'a duration without a unit',
    words: ['--timeout', '90', '--', 'true'],
    problem: '--timeout takes a duration such as 90s or 1h30m, not "90"',
  },
  {
    what: 'a negative duration',
    words: ['--wait-timeout=-1s', '--', 'true'],
    problem: '--wait-timeout cannot be negative, as -1s is',
  },
  {
    what: 'a count that is none',
    words: ['--retries', 'many', '--', 'true'],
    problem: '--retries takes a whole number, not "many"',
  },
  {
    what: 'an unknown restart policy',
    words: ['--restart-policy', 'never', '--', 'true'],
    problem: '--restart-policy is one of Never, OnFailure, Always, not "never"',
  },
  {
    what: 'a run directory without a name',
    words: ['--run-dir', 'run', '--', 'true'],
    problem: '--run-dir and --name go together; give both or neither',
  },
  {
    what: 'a name that is no container name',
    words: ['--run-dir', 'run', '--name', '../etc', '--', 'true'],
    problem: '--name "../etc" is not a container name; use lower case letters, digits and -',
  },
  {
    what: '--exec with something for afterwards',
    words: ['--exec', '--post-file', 'done', '--', 'true'],
    problem: '--exec and --post-file exclude each other: no wrapper stays; give one of them',
  },
]

for (const { what, words, problem } of MISUSES) {
  test(`${what} is refused with exit code 2, and nothing is left behind`, async (t) => {
    const stage = openStage(t)
    const end = await stage.run(words)
    t.is(end.stderr, `entrypoint: ${problem} (entrypoint --help lists the flags)\n`)
    t.is(end.code, 2)
    t.is(end.stdout, '')
    t.deepEqual(readdirSync(stage.dir), [])
  })
}

interface Unstartable {
  readonly what: string
  readonly prepare?: (stage: Stage) => void
  readonly command: string
  readonly code: 126 | 127
  readonly why: string
}

const UNSTARTABLES: readonly Unstartable[] = [
  { what: 'not found', command: 'no-such-program', code: 127, why: 'no-such-program: not found in PATH=/usr/bin:/bin' },
  { what: 'not found by its path', command: './nothing', code: 127, why: './nothing: not found' },
  {
    what: 'without its interpreter',
    prepare: (stage) => writeProgram(stage, '#!/no/such/interpreter\n'),
    command: './program',
    code: 127,
    why: './program: the interpreter or loader that it names is not there',
  },
  {
    what: 'not executable',
    prepare: (stage) => stage.write('program', '#!/bin/sh\n'),
    command: './program',
    code: 126,
    why: './program: permission denied; is its execute bit set?',
  },
  {
    what: 'a directory',
    prepare: (stage) => mkdirSync(stage.path('program')),
    command: './program',
    code: 126,
    why: './program: is a directory',
  },
  {
    what: 'under a file',
    prepare: (stage) => stage.write('program'),
    command: './program/sub',
    code: 126,
    why: './program/sub: a part of its path is a file',
  },
  {
    what: 'no program at all',
    prepare: (stage) => writeProgram(stage, 'echo hello\n'),
    command: './program',
    code: 126,
    why: './program: not a program of this machine, and it has no #! line',
  },
  {
    what: 'empty',
    prepare: (stage) => writeProgram(stage, ''),
    command: './program',
    code: 126,
    why: './program: not a program of this machine, and it has no #! line',
  },
]

for (const { what, prepare, command, code, why } of UNSTARTABLES) {
  for (const [mode, flags] of [
    ['', []],
    [' (--exec)', ['--exec']],
  ] as const) {
    test(`a command that is ${what} is exit code ${code}, and the followers are told${mode}`, async (t) => {
      const stage = openStage(t)
      prepare?.(stage)
      const end = await stage.member('app', [...flags, '--', command], { env: { PATH: '/usr/bin:/bin' } }).end
      t.deepEqual(readEvents(end.stderr), [`StartError: ${why}`])
      t.is(end.code, code)
      t.like(stage.record('run/app/failed'), { exitCode: code, reason: 'StartError', message: why })
      t.like(stage.record('run/app/completed.err'), { exitCode: code, reason: 'StartError', origin: 'app' })
      if (mode === '') t.like(stage.record('run/app/started.err'), { reason: 'StartError' })
    })
  }
}

function writeProgram(stage: Stage, content: string): void {
  stage.write('program', content)
  chmodSync(stage.path('program'), 0o755)
}

test('a wait file under a path that is a file can never come: exit code 2, and the followers are told', async (t) => {
  const stage = openStage(t)
  stage.write('file')
  const end = await stage.member('app', ['--wait-file', stage.path('file/flag'), '--', 'touch', 'ran']).end
  t.deepEqual(readEvents(end.stderr), [
    `Error: cannot wait for ${stage.path('file/flag')}: a part of its path is a file (ENOTDIR)`,
  ])
  t.is(end.code, 2)
  t.false(stage.has('ran'))
  t.like(stage.record('run/app/completed.err'), { exitCode: 2, reason: 'Error', origin: 'app' })
})

const NOBODY = 65_534

test('an unwritable run directory is exit code 125, and the command does not run', async (t) => {
  const stage = openStage(t)
  mkdirSync(stage.path('run'), { mode: 0o755 })
  chmodSync(stage.path('run'), 0o555)
  const isRoot = process.getuid?.() === 0
  const end = await stage.member('app', ['--', 'touch', 'ran'], isRoot ? { uid: NOBODY } : {}).end
  const uid = isRoot ? NOBODY : process.getuid?.()
  t.deepEqual(readEvents(end.stderr), [
    `cannot use ${stage.path('run/app')}: permission denied (EACCES); is it writable for uid ${uid}?`,
  ])
  t.is(end.code, 125)
  t.deepEqual(readdirSync(stage.dir), ['run'])
  t.deepEqual(readdirSync(stage.path('run')), [])
})

test('a run directory under a file is exit code 125', async (t) => {
  const stage = openStage(t)
  stage.write('run')
  const end = await stage.member('app', ['--', 'touch', 'ran']).end
  t.regex(readEvents(end.stderr)[0] ?? '', /^cannot use .*\/run\/app: a part of its path is a file \(ENOTDIR\)/)
  t.is(end.code, 125)
  t.deepEqual(readdirSync(stage.dir), ['run'])
})

test('a file system that takes no new directories ends nobody in a search for one: exit code 125', async (t) => {
  const stage = openStage(t)
  const end = await stage.run(['--run-dir', '/proc', '--name', 'app', '--', 'touch', 'ran'])
  t.regex(readEvents(end.stderr)[0] ?? '', /^cannot use \/proc\/app: no such file or directory \(ENOENT\)/)
  t.is(end.code, 125)
  t.false(stage.has('ran'))
})

test('a copy that cannot be written is exit code 125, and the followers are told', async (t) => {
  const stage = openStage(t)
  mkdirSync(stage.path('out'))
  const end = await stage.member('app', ['--stdout-path', 'out', '--', 'touch', 'ran']).end
  t.deepEqual(readEvents(end.stderr), [`Error: cannot append to ${stage.path('out')}: it is a directory (EISDIR)`])
  t.is(end.code, 125)
  t.false(stage.has('ran'))
  t.like(stage.record('run/app/completed.err'), { exitCode: 125, reason: 'Error' })
})

test('a post file that cannot be written is said, and turns success into exit code 125', async (t) => {
  const stage = openStage(t)
  mkdirSync(stage.path('done'))
  const end = await stage.run(['--post-file', 'done', '--', 'true'])
  t.is(end.code, 125)
  t.regex(end.stderr, /cannot write .*\/done: it is a directory \(EISDIR\)/)
  t.deepEqual(readdirSync(stage.dir), ['done'])
})
