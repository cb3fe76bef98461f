/**
 * `npm run build`: one multi-call executable, `dist/entrypoint`, and its other names beside it.
 *
 * `splitting` keeps what a command does not use in chunks that are never read, so that the CLI, YAML and chokidar cost
 * the hot path nothing (4.0 ms to start against 7.8 without it).
 */
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const OUT = 'dist/entrypoint'
const BASE = 'build/bun'

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
  onResolve(options: { filter: RegExp }, resolve: (import_: { importer: string }) => { path: string } | undefined): void
}
const bun = (globalThis as unknown as { Bun: Bundler }).Bun

await mkdir('dist', { recursive: true })
await mkdir('build', { recursive: true })
// Bun's x64 package needs no AVX2: since 1.4 it is byte for byte its own baseline build.
await writeFile(BASE, disobey(await readFile(process.execPath)))
await chmod(BASE, 0o755)
const { success, logs } = await bun.build({
  entrypoints: ['cmd/entrypoint.ts'],
  format: 'esm',
  minify: true,
  bytecode: true,
  splitting: true,
  compile: { outfile: `${OUT}.new`, executablePath: BASE, autoloadDotenv: false, autoloadBunfig: false },
  plugins: [{ name: 'lazy readdirp', setup: makeReaddirpLazy }],
})
if (!success) throw new Error(logs.map(String).join('\n'))
// Renamed into place: the old one may be running.
await rename(`${OUT}.new`, OUT)
for (const name of ['podorder', 'kubectl-podorder']) {
  await rm(`dist/${name}`, { force: true })
  await symlink('entrypoint', `dist/${name}`)
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

function makeReaddirpLazy(plugin: Plugin): void {
  const path = fileURLToPath(new URL('./lazy-readdirp.ts', import.meta.url))
  plugin.onResolve({ filter: /^readdirp$/ }, ({ importer }) => (importer.includes('/chokidar/') ? { path } : undefined))
}
