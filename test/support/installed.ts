/** Executables in directories of a test, with their libraries beside them as in the image. */
import { LIMIT_MS } from './time-limit.ts'
import { execa, type Options } from 'execa'
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { place, readWith } from '../../src/install/placement.io.ts'
import { relocate } from '../../src/install/elf.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const BUILT = join(ROOT, 'dist/entrypoint')

export interface Done {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. Its environment is only PATH unless another one is given. */
export async function run(words: readonly string[], options: Options = {}): Promise<Done> {
  const [program = '', ...rest] = words
  const env = { PATH: process.env['PATH'] ?? '' }
  const end = await execa(program, rest, { env, extendEnv: false, reject: false, timeout: LIMIT_MS, ...options })
  return { code: end.exitCode, stdout: String(end.stdout), stderr: String(end.stderr) }
}

/** Installs a relocated executable with a copy of the libraries. @returns its path */
export function putExecutable(
  directory: string,
  { built = BUILT, libraries }: { readonly built?: string; readonly libraries: string },
): string {
  mkdirSync(directory, { recursive: true })
  cpSync(libraries, join(directory, 'lib'), { recursive: true })
  const patches = readWith(built, (read) => relocate(read, directory))
  if ('problem' in patches) throw new Error(patches.problem)
  place(built, join(directory, 'entrypoint'), patches)
  return join(directory, 'entrypoint')
}

/** Makes a `lib` directory with the loader and C library of this machine, which the built executable uses. @returns its path */
export async function collectLibraries(directory: string): Promise<string> {
  mkdirSync(directory, { recursive: true })
  const { stdout } = await execa('ldd', [BUILT])
  for (const [, path = '', name = ''] of stdout.matchAll(/(\/\S+\/(\S+)) \(0x/g)) {
    copyFileSync(path, join(directory, name.startsWith('ld-') ? 'ld.so' : name))
  }
  return directory
}

/** Lists all files in a directory with their modes and sizes, to find files that are left behind. */
export function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(directory, name)).isFile())
    .toSorted()
}

/** Returns the result of `npm run build:image-files`; undefined if it has not been run. */
export function findImageFiles(target: 'amd64' | 'arm64'): string | undefined {
  const directory = join(ROOT, 'dist/image', target)
  return existsSync(directory) ? directory : undefined
}

/** The target of this machine. */
export const HOST = process.arch === 'x64' ? 'amd64' : 'arm64'

/** @returns the path of a program on the PATH */
export function findProgram(name: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(':')
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path))
}
