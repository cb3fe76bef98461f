/** The programs that measurements need: podorder's own, and small ones in C. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Tools {
  readonly entrypoint: string
  readonly floor: string | undefined
  readonly stamp: string | undefined
  readonly repeat: string | undefined
  readonly cpus: string | undefined
}

export const ENTRYPOINT = fileURLToPath(new URL('../dist/entrypoint', import.meta.url))
export const PODORDER = fileURLToPath(new URL('../dist/podorder', import.meta.url))

/** Installs a copy of the executable and compiles the C programs, all in the directory. */
export function prepareTools(directory: string, skip: (message: string) => void): Tools {
  const entrypoint = installCopy(directory, skip)
  const compiler = findProgram('cc')
  if (compiler === undefined) {
    skip('no C compiler (cc); hand-off, chain and container left out')
    return { entrypoint, floor: undefined, stamp: undefined, repeat: undefined, cpus: undefined }
  }
  const compile = (name: string): string | undefined => {
    const program = compileProgram(compiler, name, directory)
    if (program === undefined) skip(`cc cannot compile bench/${name}.c; what needs it left out`)
    return program
  }
  return {
    ...{ entrypoint, floor: compile('floor'), stamp: compile('stamp'), repeat: compile('repeat') },
    cpus: compileLibrary(compiler, 'cpus', directory),
  }
}

/** Installs a copy, as in a pod. A copy starts faster than the output of a linker, since its pages are read in larger pieces. */
function installCopy(directory: string, skip: (message: string) => void): string {
  const { status } = spawnSync(ENTRYPOINT, ['install', '--to', `${directory}/bin`], { stdio: 'ignore' })
  if (status === 0) return `${directory}/bin/entrypoint`
  skip('install does not work; dist/entrypoint itself is measured')
  return ENTRYPOINT
}

function compileLibrary(compiler: string, name: string, directory: string): string | undefined {
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url))
  const library = `${directory}/${name}.so`
  const { status } = spawnSync(compiler, ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'], {
    stdio: 'ignore',
  })
  return status === 0 ? library : undefined
}

/** Compiles a program, statically if possible. Some distributions have no static libc. */
function compileProgram(compiler: string, name: string, directory: string): string | undefined {
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url))
  const program = `${directory}/${name}`
  const isBuilt = [['-static'], []].some((linking) => {
    return spawnSync(compiler, ['-O2', ...linking, '-o', program, source], { stdio: 'ignore' }).status === 0
  })
  return isBuilt ? program : undefined
}

/** @returns the absolute path of a program on PATH; undefined if there is none */
export function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(':')
    .map((directory) => `${directory}/${name}`)
    .find(isExecutable)
}

/** Returns the path of a program that every system should have. @throws if it is missing */
export function requireProgram(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(`${name} is not on PATH`)
  return path
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
