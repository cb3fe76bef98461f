/** Executables with their libraries beside them, as the image has them, in directories of a test. */
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

/** Runs to the end, with an environment of its own: a PATH, unless given. */
export async function run(words: readonly string[], options: Options = {}): Promise<Done> {
  const [program = '', ...rest] = words
  const env = { PATH: process.env['PATH'] ?? '' }
  const end = await execa(program, rest, { env, extendEnv: false, reject: false, timeout: LIMIT_MS, ...options })
  return { code: end.exitCode, stdout: String(end.stdout), stderr: String(end.stderr) }
}

/** A relocated executable with a copy of the libraries. @returns its path */
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

/** This machine's own loader and C library, which the built executable uses too, as a `lib` directory. @returns its path */
export async function collectLibraries(directory: string): Promise<string> {
  mkdirSync(directory, { recursive: true })
  const { stdout } = await execa('ldd', [BUILT])
  for (const [, path = '', name = ''] of stdout.matchAll(/(\/\S+\/(\S+)) \(0x/g)) {
    copyFileSync(path, join(directory, name.startsWith('ld-') ? 'ld.so' : name))
  }
  return directory
}

/** Every file below, with its mode and size: what is left behind. */
export function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(directory, name)).isFile())
    .toSorted()
}

/** What `npm run build:image-files` has made; undefined where it has not been run. */
export function findImageFiles(target: 'amd64' | 'arm64'): string | undefined {
  const directory = join(ROOT, 'dist/image', target)
  return existsSync(directory) ? directory : undefined
}

/** The target that this machine runs natively. */
export const HOST = process.arch === 'x64' ? 'amd64' : 'arm64'

/** @returns the path of a program on the PATH */
export function findProgram(name: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(':')
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path))
}
