/**
 * `npm run build`: one multi-call executable, `dist/entrypoint`, and its other names beside it.
 *
 * What a command does not use lies in chunks that are never read, so that the CLI, YAML and chokidar cost the hot path
 * nothing. `splitting` alone would also put what the hot path shares with them into chunks, each of which costs every
 * start: so every part that cmd/entrypoint.ts loads lazily is bundled by itself first and shares nothing.
 */
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ENTRY = 'cmd/entrypoint.ts'
const OUT = 'dist/entrypoint'
const BASE = 'build/bun'
const PARTS = 'build/parts'

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

await mkdir('dist', { recursive: true })
await rm(PARTS, { recursive: true, force: true })
await mkdir(PARTS, { recursive: true })
// Bun's x64 package needs no AVX2: since 1.4 it is byte for byte its own baseline build.
await writeFile(BASE, disobey(await readFile(process.execPath)))
await chmod(BASE, 0o755)

const parts = await bundleParts()
await bundle({
  entrypoints: [ENTRY],
  bytecode: true,
  compile: { outfile: `${OUT}.new`, executablePath: BASE, autoloadDotenv: false, autoloadBunfig: false },
  plugins: [{ name: 'parts', setup: (plugin: Plugin) => usePart(plugin, parts) }],
})
// Renamed into place: the old one may be running.
await rename(`${OUT}.new`, OUT)
for (const name of ['podorder', 'kubectl-podorder']) {
  await rm(`dist/${name}`, { force: true })
  await symlink('entrypoint', `dist/${name}`)
}

/** @returns source file of each lazily loaded part -> its bundle. */
async function bundleParts(): Promise<ReadonlyMap<string, string>> {
  const source = await readFile(ENTRY, 'utf8')
  const found = [...source.matchAll(/import\('(\..+?)'\)/g)].map(([, path = '']) => resolve(dirname(ENTRY), path))
  const bundles = new Map<string, string>()
  for (const path of new Set(found)) {
    const outdir = resolve(PARTS, basename(path, '.ts'))
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
