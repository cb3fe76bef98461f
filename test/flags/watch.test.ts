/** Being woken by the kernel, not by the slow look: only the kernel's events name the directory. */
import test, { type ExecutionContext } from 'ava'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { watchPaths } from '../../src/flags/watch.io.ts'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/eventually.ts'
import { HOST, ROOT } from '../support/installed.ts'

interface Scene {
  /** What is awaited, from the scene's own directory. */
  readonly path: string
  readonly before?: (dir: string) => void
  /** Once it is watched. */
  readonly during: (dir: string) => void
}

/** Aside and into place, as flags are made. */
const put = (path: string): void => {
  fs.writeFileSync(`${path}.tmp`, 'x')
  fs.renameSync(`${path}.tmp`, path)
}

const SCENES: Readonly<Record<string, Scene>> = {
  'a file that comes': {
    path: 'a/out',
    before: (dir) => fs.mkdirSync(`${dir}/a`),
    during: (dir) => put(`${dir}/a/out`),
  },
  'a file whose directory comes first': {
    path: 'a/out',
    during: (dir) => fs.mkdirSync(`${dir}/a/status`, { recursive: true }),
  },
  'a file three directories down': {
    path: 'a/b/c/out',
    during: (dir) => fs.mkdirSync(`${dir}/a/b/c`, { recursive: true }),
  },
  'a file in a directory that is renamed into place': {
    path: 'a/b/out',
    during(dir) {
      fs.mkdirSync(`${dir}/aside/b`, { recursive: true })
      fs.renameSync(`${dir}/aside`, `${dir}/a`)
    },
  },
  'a file in a directory that is made anew': {
    path: 'a/out',
    before: (dir) => fs.mkdirSync(`${dir}/a`),
    during(dir) {
      fs.rmdirSync(`${dir}/a`)
      fs.mkdirSync(`${dir}/a`)
    },
  },
}

type Follow = (t: ExecutionContext, paths: readonly string[], woken: (string | undefined)[]) => Promise<unknown>

/** On Node, as the npm package does. */
async function followHere(t: ExecutionContext, paths: readonly string[], woken: (string | undefined)[]): Promise<void> {
  const watch = await watchPaths(paths, (directory) => void woken.push(directory), t.fail)
  t.teardown(() => watch.close())
}

/** What the executable does: the bundle, with all that stands in for Bun's own modules in it. */
async function followAsBuilt(
  t: ExecutionContext,
  paths: readonly string[],
  woken: (string | undefined)[],
): Promise<void> {
  const bundle = join(ROOT, `build/parts-${HOST}/watch.io/watch.io.js`)
  const fixture = fileURLToPath(new URL('../fixtures/watch-paths.mjs', import.meta.url))
  const child = spawn(join(ROOT, 'node_modules/.bin/bun'), [fixture, bundle, ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  child.stdout.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').slice(0, -1)) {
      lines.push(line)
      woken.push(line === '' ? undefined : line)
    }
  })
  await eventually('it watches', () => lines.includes('watching'))
}

const FOLLOW: Readonly<Record<string, Follow>> = { 'on Node': followHere, 'as built': followAsBuilt }

for (const [where, follow] of Object.entries(FOLLOW))
  for (const [name, { path, before, during }] of Object.entries(SCENES)) {
    test(`${name}, ${where}`, async (t) => {
      const dir = fs.mkdtempSync(join(tmpdir(), 'podorder-'))
      t.teardown(() => fs.rmSync(dir, { recursive: true }))
      before?.(dir)
      const awaited = join(dir, path)
      const woken: (string | undefined)[] = []
      await follow(t, [awaited], woken)
      during(dir)
      // It cannot be seen from outside when a directory that has just come is watched: the file comes until one is noticed.
      await eventually('an event in the directory', () => {
        fs.rmSync(awaited, { force: true })
        put(awaited)
        return woken.includes(dirname(awaited))
      })
      t.pass()
    })
  }

test('what lies beside the way to a file is not looked into', async (t) => {
  const dir = fs.mkdtempSync(join(tmpdir(), 'podorder-'))
  t.teardown(() => fs.rmSync(dir, { recursive: true }))
  const woken: (string | undefined)[] = []
  const watch = await watchPaths([`${dir}/a/out`, `${dir}/b/out`], (directory) => void woken.push(directory), t.fail)
  t.teardown(() => watch.close())
  fs.mkdirSync(`${dir}/a/status/deep`, { recursive: true })
  fs.mkdirSync(`${dir}/b`)
  await eventually('an event in b', () => {
    put(`${dir}/a/status/deep/file`)
    put(`${dir}/b/out`)
    fs.rmSync(`${dir}/b/out`)
    return woken.includes(`${dir}/b`)
  })
  t.false(woken.some((directory) => directory?.includes('status')))
})
