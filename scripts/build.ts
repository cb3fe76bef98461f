/**
 * `npm run build`: builds one multi-call executable, `dist/entrypoint`, with links for its other names.
 * `npm run build -- --target arm64` (or amd64): builds `dist/arm64/entrypoint` on any machine, from packages of npm.
 *
 * Code that a command does not use is in chunks that the command never reads. So the CLI, YAML and chokidar add nothing to the start of
 * a container. The option `splitting` alone would also move the code that they share with the start of a container into chunks, and
 * each chunk costs time at every start. For this reason the modules that cmd/entrypoint.ts loads lazily are bundled first, and share
 * nothing with it. The large parts share chunks with each other. The parts for waiting and probing are single pieces, which are read
 * at once.
 */
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createPad } from '../src/install/elf.ts'
import { alignText } from './align-text.ts'
import { recordOrder } from './bytecode-order.ts'
import { hideVariables } from './engine-environment.ts'
import { keepLimits } from './engine-limits.ts'
import { emptyLanguages } from './engine-languages.ts'
import { patchEngine } from './engine-patches.ts'
import { emptyTools } from './engine-tools.ts'
import { fetchBase } from './fetch-base.ts'
import { HOST, readTarget, type Target } from './target.ts'

const ENTRY = 'cmd/entrypoint.ts'
const PAD = 'build/pad.bin'
/** Large modules that cmd/entrypoint.ts loads lazily. Bundled alone, each would have its own copy of YAML, the API client and so on. */
const LARGE_PARTS = ['cmd/podorder.ts', 'cmd/job.ts', 'cmd/outside.ts'].map((path) => resolve(path))

/** The part of Bun's bundler that is used here. All of Bun's types would declare globals that Node does not have. */
interface Bundler {
  build(options: object): Promise<{ readonly success: boolean; readonly logs: readonly unknown[] }>
}
interface Plugin {
  onLoad(
    options: { filter: RegExp },
    load: (file: { path: string }) => Promise<{ contents: string; loader: string }>,
  ): void
  onResolve(
    options: { filter: RegExp },
    resolve: (import_: { path: string; importer: string; kind: string }) => { path: string } | undefined,
  ): void
}
const bun = (globalThis as unknown as { Bun: Bundler }).Bun

const LAZY_READDIRP = fileURLToPath(new URL('./lazy-readdirp.ts', import.meta.url))

const IMMEDIATE_FS = fileURLToPath(new URL('./immediate-fs.ts', import.meta.url))

const { values } = parseArgs({ options: { target: { type: 'string' } } })
const target = values.target === undefined ? HOST : readTarget(values.target)
const directory = values.target === undefined ? 'dist' : `dist/${target.name}`
const out = `${directory}/entrypoint`
/** The path of an executable that records the functions it uses. */
const recorder = 'build/recorder'
const partsDirectory = `build/parts-${target.name}`

await mkdir(directory, { recursive: true })
await rm(partsDirectory, { recursive: true, force: true })
await mkdir(partsDirectory, { recursive: true })
await writeFile(PAD, createPad())
const parts = await bundleParts()
// The recorded order is the same on every machine, so that of the host serves for all targets.
await compile(HOST, recorder, { hidden: false, order: [] })
await compile(target, out, { hidden: true, order: await recordOrder(recorder, `${partsDirectory}/order`) })
for (const name of ['podorder', 'kubectl-podorder']) {
  await rm(`${directory}/${name}`, { force: true })
  await symlink('entrypoint', `${directory}/${name}`)
}

/** @param given `hidden`: whether the engine cannot see the container's environment; `order`: the result of `recordOrder` */
async function compile(
  { name, bun: bunTarget }: Target,
  path: string,
  { hidden, order }: { readonly hidden: boolean; readonly order: readonly string[] },
): Promise<void> {
  const base = `build/bun-${name}`
  // Bun's x64 package does not need AVX2: since 1.4 it is identical to the baseline build.
  const engine = await readFile(name === HOST.name ? process.execPath : await fetchBase(target))
  patchEngine(engine, name)
  emptyLanguages(engine)
  emptyTools(engine)
  keepLimits(engine)
  if (hidden) hideVariables(engine, name)
  await writeFile(base, engine, { mode: 0o755 })
  await bundle({
    // Nothing imports the pad. As an entry point it is embedded without changes.
    entrypoints: [ENTRY, PAD],
    bytecode: true,
    compile: {
      outfile: `${path}.new`,
      target: bunTarget,
      executablePath: base,
      autoloadDotenv: false,
      autoloadBunfig: false,
      bytecodeOrder: order,
      // The high policy delays the JIT. cmd/entrypoint.ts allows it for the CLI.
      jitPolicy: 1000,
    },
    plugins: [{ name: 'parts', setup: (plugin: Plugin) => usePart(plugin, parts) }],
  })
  await writeFile(`${path}.new`, alignText(await readFile(`${path}.new`)))
  // The old file may be running, so it is not overwritten.
  await rename(`${path}.new`, path)
}

/** @returns the bundle of each lazily loaded part, by its source file */
async function bundleParts(): Promise<ReadonlyMap<string, string>> {
  const source = await readFile(ENTRY, 'utf8')
  const found = [...source.matchAll(/import\('(\..+?)'\)/g)].map(([, path = '']) => resolve(dirname(ENTRY), path))
  const strange = LARGE_PARTS.find((path) => !found.includes(path))
  if (strange !== undefined) throw new Error(`${ENTRY} does not load ${strange}`)
  const small = [...new Set(found)].filter((path) => !LARGE_PARTS.includes(path)).map((path) => [path])
  const bundles = new Map<string, string>()
  for (const group of [LARGE_PARTS, ...small]) {
    const outdir = resolve(partsDirectory, group.map((path) => basename(path, '.ts')).join('-'))
    if ([...bundles.values()].some((bundle) => dirname(bundle) === outdir)) {
      throw new Error(`two lazily loaded parts are called ${basename(outdir)}`)
    }
    await bundle({
      entrypoints: group,
      outdir,
      naming: '[name].[ext]',
      target: 'bun',
      plugins: [
        { name: 'lazy readdirp', setup: makeReaddirpLazy },
        { name: 'immediate fs', setup: makeChokidarImmediate },
      ],
    })
    for (const path of group) bundles.set(path, `${outdir}/${basename(path, '.ts')}.js`)
  }
  return bundles
}

async function bundle(options: object): Promise<void> {
  const { success, logs } = await bun.build({ format: 'esm', minify: true, splitting: true, ...options })
  if (!success) throw new Error(logs.map(String).join('\n'))
  // The logs of a successful build are warnings, for example about entries of the order that match no function.
  for (const log of logs) process.stderr.write(`build: ${String(log)}\n`)
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

/** Changes the imports in chokidar's source, since the bundler does not let plugins resolve modules of the runtime. */
function makeChokidarImmediate(plugin: Plugin): void {
  plugin.onLoad({ filter: /\/node_modules\/chokidar\/\w+\.js$/ }, async ({ path }) => {
    const source = await readFile(path, 'utf8')
    return { contents: source.replaceAll("'node:fs/promises'", JSON.stringify(IMMEDIATE_FS)), loader: 'js' }
  })
}
