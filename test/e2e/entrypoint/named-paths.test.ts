/** Files named on the command line: what is there and is no regular file is written to or refused, never replaced. */
import test from 'ava'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { openStage, type Runtime, type Stage } from '../../support/entrypoint.ts'
import { IS_ROOT, listenAt, makeDevice, makePipe } from '../../support/hostile-files.ts'

const RUNTIMES: readonly Runtime[] = ['executable', 'node']

/** What is open at a path until the test ends. */
interface Closable {
  close(): unknown
}

interface Case {
  readonly make: (stage: Stage, path: string) => void | Closable | Promise<Closable>
  /** That of a command that completes. */
  readonly code: number
  readonly complaint?: RegExp
  readonly privileged?: true
}

const THINGS: Readonly<Record<string, Case>> = {
  'a device': { make: (_, path) => makeDevice(path, 3), code: 0, privileged: true },
  'a pipe that is read': {
    make(_, path) {
      makePipe(path)
      const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      return { close: () => closeSync(reader) }
    },
    code: 0,
  },
  'a pipe that nobody reads': {
    make: (_, path) => makePipe(path),
    code: 125,
    complaint: /a pipe without a reader \(ENXIO\)/,
  },
  'a socket': { make: (_, path) => listenAt(path), code: 125, complaint: /it is a socket/ },
  'a link to a file': {
    make(stage, path) {
      writeFileSync(stage.path('precious'), 'precious')
      symlinkSync('precious', path)
    },
    code: 125,
    complaint: /it is a link, and flags are not written through links/,
  },
  'a link to nothing': { make: (_, path) => symlinkSync('nothing', path), code: 125, complaint: /it is a link/ },
  'a directory': { make: (_, path) => mkdirSync(path), code: 125, complaint: /it is a directory \(EISDIR\)/ },
}

const FLAGS = ['post-file', 'ready-file', 'started-file'] as const

for (const runtime of RUNTIMES) {
  for (const [what, { make, code, complaint, privileged }] of Object.entries(THINGS)) {
    for (const flag of FLAGS) {
      const run = privileged === true && !IS_ROOT ? test.skip : test
      run(`--${flag} replaces no such thing: ${what}, ${runtime}`, async (t) => {
        const stage = openStage(t)
        const path = stage.path('flag')
        const made = await make(stage, path)
        if (made !== undefined) t.teardown(() => made.close())
        const before = lstatSync(path)
        const ended = await stage.run([`--${flag}`, path, '--', 'true'], { runtime })
        const after = lstatSync(path)
        t.is(after.mode & 0o170_000, before.mode & 0o170_000)
        t.is(after.ino, before.ino)
        if (complaint !== undefined) t.regex(ended.stderr, complaint)
        // What only others of the flags concern does not fail the command.
        if (flag === 'post-file') t.is(ended.code, code, ended.stderr)
        if (what === 'a link to a file') t.is(stage.read('precious'), 'precious')
        if (what === 'a link to nothing') t.false(existsSync(stage.path('nothing')))
        if (before.isSymbolicLink()) t.truthy(readlinkSync(path))
      })
    }
  }
}

test('a regular file is replaced whole, and its directory is made', async (t) => {
  const stage = openStage(t)
  const path = stage.path('deep/er/flag')
  t.is((await stage.run(['--post-file', path, '--', 'true'])).code, 0)
  const before = lstatSync(path).ino
  t.is((await stage.run(['--post-file', path, '--', 'true'])).code, 0)
  t.not(lstatSync(path).ino, before)
  t.is(execFileSync('ls', ['-A', stage.path('deep/er')], { encoding: 'utf8' }), 'flag\n')
})
