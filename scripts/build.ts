/**
 * `npm run build`: one multi-call executable, `dist/entrypoint`, and its other names beside it.
 * `npm run build -- --target arm64` (or amd64): `dist/arm64/entrypoint`, built on any machine from packages of npm.
 *
 * What a command does not use lies in chunks that are never read, so that the CLI, YAML and chokidar cost the hot path
 * nothing. `splitting` alone would also put what the hot path shares with them into chunks, each of which costs every
 * start: so every part that cmd/entrypoint.ts loads lazily is bundled by itself first and shares nothing.
 */
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createPad } from '../src/install/elf.ts'
import { fetchBase } from './fetch-base.ts'
import { HOST, readTarget } from './target.ts'

const ENTRY = 'cmd/entrypoint.ts'
const PAD = 'build/pad.bin'

/**
 * Environment variables that a compiled program still obeys, so that a container's environment could turn ours into
 * something else: run a file, become the bun CLI, talk to a parent over IPC. A name with `=` in it can never be set, so the
 * literal in the base executable is overwritten with one. The command gets the variables all the same.
 */
const OBEYED = ['BUN_OPTIONS', 'BUN_BE_BUN', 'NODE_CHANNEL_FD']

/** The part of Bun's bundler that is used here; the whole of Bun's types would come with globals that Node has not. */
interface Bundler {
  build(options: object): Promise<{ readonly success: boolean; readonly logs: readonly unknown[] }>
}
interface Plugin {
  onResolve(
    options: { filter: RegExp },
    resolve: (import_: { path: string; importer: string; kind: string }) => { path: string } | undefined,
  ): void
}
const bun = (globalThis as unknown as { Bun: Bundler }).Bun

const LAZY_READDIRP = fileURLToPath(new URL('./lazy-readdirp.ts', import.meta.url))

const { values } = parseArgs({ options: { target: { type: 'string' } } })
const target = values.target === undefined ? HOST : readTarget(values.target)
const directory = values.target === undefined ? 'dist' : `dist/${target.name}`
const out = `${directory}/entrypoint`
const base = `build/bun-${target.name}`
const partsDirectory = `build/parts-${target.name}`

await mkdir(directory, { recursive: true })
await rm(partsDirectory, { recursive: true, force: true })
await mkdir(partsDirectory, { recursive: true })
// Bun's x64 package needs no AVX2: since 1.4 it is byte for byte its own baseline build.
await writeFile(base, disobey(await readFile(target === HOST ? process.execPath : await fetchBase(target))))
await chmod(base, 0o755)
await writeFile(PAD, createPad())

const parts = await bundleParts()
await bundle({
  // Nobody imports the pad. An entry point of its own, it is embedded as it is.
  entrypoints: [ENTRY, PAD],
  bytecode: true,
  compile: {
    outfile: `${out}.new`,
    target: target.bun,
    executablePath: base,
    autoloadDotenv: false,
    autoloadBunfig: false,
  },
  plugins: [{ name: 'parts', setup: (plugin: Plugin) => usePart(plugin, parts) }],
})
// Renamed into place: the old one may be running.
await rename(`${out}.new`, out)
for (const name of ['podorder', 'kubectl-podorder']) {
  await rm(`${directory}/${name}`, { force: true })
  await symlink('entrypoint', `${directory}/${name}`)
}

/** @returns source file of each lazily loaded part -> its bundle. */
async function bundleParts(): Promise<ReadonlyMap<string, string>> {
  const source = await readFile(ENTRY, 'utf8')
  const found = [...source.matchAll(/import\('(\..+?)'\)/g)].map(([, path = '']) => resolve(dirname(ENTRY), path))
  const bundles = new Map<string, string>()
  for (const path of new Set(found)) {
    const outdir = resolve(partsDirectory, basename(path, '.ts'))
    if ([...bundles.values()].some((bundle) => dirname(bundle) === outdir)) {
      throw new Error(`two lazily loaded parts are called ${basename(path)}`)
    }
    await bundle({
      entrypoints: [path],
      outdir,
      target: 'bun',
      plugins: [{ name: 'lazy readdirp', setup: makeReaddirpLazy }],
    })
    bundles.set(path, `${outdir}/${basename(path, '.ts')}.js`)
  }
  return bundles
}

async function bundle(options: object): Promise<void> {
  const { success, logs } = await bun.build({ format: 'esm', minify: true, splitting: true, ...options })
  if (!success) throw new Error(logs.map(String).join('\n'))
}

function usePart(plugin: Plugin, parts: ReadonlyMap<string, string>): void {
  plugin.onResolve({ filter: /^\./ }, ({ path, importer, kind }) => {
    const part = kind === 'dynamic-import' ? parts.get(resolve(dirname(importer), path)) : undefined
    return part === undefined ? undefined : { path: part }
  })
}

function makeReaddirpLazy(plugin: Plugin): void {
  plugin.onResolve({ filter: /^readdirp$/ }, ({ importer }) =>
    importer.includes('/chokidar/') ? { path: LAZY_READDIRP } : undefined,
  )
}

function disobey(program: Buffer): Buffer {
  for (const name of OBEYED) {
    const literal = Buffer.from(`\0${name}\0`)
    const at = program.indexOf(literal)
    if (at === -1 || program.includes(literal, at + 1)) throw new Error(`${name} is not in the base exactly once`)
    program.write('=', at + 1 + name.indexOf('_'))
  }
  return program
}
