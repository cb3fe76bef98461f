/** The npm package: what is in its tarball, and that it works as npm lays it out, on Node alone. */
import test from 'ava'
import { execa } from 'execa'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { listShipped, readLock } from '../../scripts/lock.ts'
import { eventually } from '../support/eventually.ts'
import { writePod } from '../support/podorder.ts'
import { findProcessesIn } from '../support/proc.ts'

const dir = mkdtempSync(join(tmpdir(), 'package-'))
const modules = join(dir, 'node_modules')
const own = join(modules, 'podorder')
/** As a user has it: this Node and the system's tools, and no Bun. */
const PATH = `${join(modules, '.bin')}:${join(dir, 'bin')}:/usr/bin:/bin`

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

let packed: Packed

test.before(async () => {
  const { stdout } = await execa('npm', ['pack', '--silent', '--json', '--pack-destination', dir])
  ;[packed] = JSON.parse(stdout) as [Packed]
  mkdirSync(join(modules, '.bin'), { recursive: true })
  await execa('tar', ['-xzf', join(dir, packed.filename), '-C', modules])
  cpSync(join(modules, 'package'), own, { recursive: true })
  rmSync(join(modules, 'package'), { recursive: true })
  // What it depends on, and nothing of what only this repository needs.
  for (const [path] of listShipped(await readLock())) {
    if (path.lastIndexOf('node_modules/') === 0) cpSync(path, join(dir, path), { recursive: true })
  }
  for (const [name, target] of Object.entries(manifest.bin)) symlinkSync(join(own, target), join(modules, '.bin', name))
  mkdirSync(join(dir, 'bin'))
  symlinkSync(process.execPath, join(dir, 'bin/node'))
})

test.after.always(() => rmSync(dir, { recursive: true, force: true }))

async function run(words: readonly string[], input = '', env: Readonly<Record<string, string>> = {}) {
  const options = { cwd: dir, env: { PATH, HOME: dir, TMPDIR: dir, ...env }, extendEnv: false, reject: false, input }
  const { exitCode, stdout, stderr } = await execa('podorder', words, options)
  return { exitCode, stdout, stderr }
}

const pathsOf = ({ files }: Packed): readonly string[] => files.map(({ path }) => path)

test('it holds the program, its licence, its page and its changes', (t) => {
  const tops = new Set(pathsOf(packed).map((path) => path.split('/').slice(0, 3).join('/')))
  t.deepEqual(
    [...tops].toSorted(),
    [
      ...['CHANGELOG.md', 'LICENSE', 'README.md'],
      ...['dist/npm/cmd', 'dist/npm/package.json', 'dist/npm/src'],
      'package.json',
    ].toSorted(),
  )
})

test('it holds each source as JavaScript, and nothing but them: no types, maps or tests, nothing of earlier builds', (t) => {
  const sources = ['cmd', 'src'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => `dist/npm/${folder}/${name.replace(/\.ts$/, '.js')}`),
  )
  const shipped = pathsOf(packed).filter((path) => /^dist\/npm\/(?:cmd|src)\//.test(path))
  t.deepEqual(shipped.toSorted(), sources.toSorted())
})

test('its commands can be executed, and start with Node', (t) => {
  for (const target of Object.values(manifest.bin)) {
    t.is(packed.files.find(({ path }) => path === target)?.mode, 0o755)
    t.regex(readFileSync(join(own, target), 'utf8'), /^#!\/usr\/bin\/env node\n/)
  }
})

test('every package that its code imports is one that it depends on', (t) => {
  const imported = pathsOf(packed)
    .filter((path) => path.endsWith('.js'))
    .flatMap((path) => [
      ...readFileSync(join(own, path), 'utf8').matchAll(/(?:\bfrom |\bimport\(|^import )'([^'.][^']*)'/gm),
    ])
    .map(([, name = '']) => name)
    .filter((name) => !/^(?:node|bun):/.test(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
  t.deepEqual([...new Set(imported)].toSorted(), Object.keys(manifest.dependencies).toSorted())
})

test('the Node that it asks for is enough for all that it depends on', (t) => {
  const least = (range: string) => Math.max(...[...range.matchAll(/\d+/g)].slice(0, 1).map(Number))
  for (const name of Object.keys(manifest.dependencies)) {
    const { engines } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as {
      engines?: { node?: string }
    }
    t.true(least(engines?.node ?? '0') <= least(manifest.engines.node), name)
  }
})

test('it is a program, not a library', async (t) => {
  const { stdout } = await execa(
    process.execPath,
    ['-e', 'import("podorder").catch(({ code }) => console.log(code))'],
    {
      cwd: dir,
    },
  )
  t.is(stdout, 'ERR_PACKAGE_PATH_NOT_EXPORTED')
})

test('podorder version tells of Node', async (t) => {
  const { exitCode, stdout } = await run(['version', '--json'])
  t.is(exitCode, 0)
  t.like(JSON.parse(stdout), { version: manifest.version, runtime: { name: 'node', version: process.versions.node } })
})

for (const words of [['inject'], ['graph'], ['check', '--format', 'json']]) {
  test(`podorder ${words.join(' ')} works`, async (t) => {
    const { exitCode, stdout, stderr } = await run([...words, '-'], readFileSync('examples/diamond/pod.yaml', 'utf8'))
    t.is(exitCode, 0, stderr)
    t.not(stdout, '')
    t.notRegex(stderr, /Error|at .*\.js/)
  })
}

test('podorder run runs a pod with the entrypoint beside it, and timeline reads what it has said', async (t) => {
  const { exitCode, stdout, stderr } = await run(
    ['run', '--json', '-'],
    readFileSync('examples/steps/pod.yaml', 'utf8'),
  )
  t.is(exitCode, 0, stderr)
  const lines = stdout.split('\n').map((line) => JSON.parse(line) as { event: string; line?: string })
  t.true(lines.some(({ event, line }) => event === 'output' && line === 'passed'))
  const drawn = await run(['timeline', '-'], stdout)
  t.is(drawn.exitCode, 0, drawn.stderr)
  for (const name of ['clone', 'build', 'test']) t.true(drawn.stdout.includes(name), drawn.stdout)
})

test('completion and help come from the package too', async (t) => {
  t.regex((await run(['completion', 'bash'])).stdout, /complete -F _podorder podorder/)
  t.regex((await run(['help', 'inject'])).stdout, /^Usage: podorder inject /)
  t.true(existsSync(join(own, 'dist/npm/cmd/entrypoint.js')))
})

test('an older Node is told so in one sentence', async (t) => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
    delete Promise.withResolvers`
  const preload = join(dir, 'older.cjs')
  writeFileSync(preload, older)
  const { exitCode, stdout, stderr } = await run(['version'], '', { NODE_OPTIONS: `--require ${preload}` })
  t.deepEqual([exitCode, stdout], [2, ''])
  t.is(
    stderr,
    'podorder: this is Node 20.20.2, and podorder needs 22.22 or newer; install a newer one (https://nodejs.org)',
  )
})

test('with a runner that is killed its wrappers end, and their commands', async (t) => {
  const deaf = `trap '' TERM; echo up; while :; do sleep 0.1; done`
  const input = writePod({ annotations: { 'depends-on': 'b: {a: started}' }, containers: { a: deaf, b: deaf } })
  const runner = execa('podorder', ['run', '-'], { cwd: dir, env: { PATH, TMPDIR: dir }, reject: false, input })
  let said = ''
  runner.stdout.on('data', (piece: Buffer) => (said += piece.toString()))
  await eventually('both are up', () => (said.match(/\| up$/gm) ?? []).length === 2)
  const isOurs = (pid: number) => pid !== runner.pid
  t.true(findProcessesIn(dir).filter(isOurs).length > 3)
  runner.kill('SIGKILL')
  await runner
  await eventually('no process is left', () => findProcessesIn(dir).length === 0)
})
