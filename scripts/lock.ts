/** The parts of package-lock.json (lockfileVersion 3) that the scripts read. */
import { readFile } from 'node:fs/promises'

export interface LockedPackage {
  readonly version?: string
  /** The digest, as `sha512-` and base64. */
  readonly integrity?: string
  readonly license?: string
  readonly dev?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}

export interface Lock {
  readonly name: string
  readonly version: string
  /** The packages by path. The empty path is this project. */
  readonly packages: Readonly<Record<string, LockedPackage | undefined>>
}

export async function readLock(): Promise<Lock> {
  return JSON.parse(await readFile('package-lock.json', 'utf8')) as Lock
}

/** Lists the packages in the executable. @returns pairs of path and package */
export function listShipped(lock: Lock): readonly (readonly [string, LockedPackage])[] {
  return Object.entries(lock.packages).flatMap(([path, locked]) =>
    path === '' || locked === undefined || locked.dev === true ? [] : [[path, locked] as const],
  )
}

/** Returns the name of the package at a path: `@b/c` for `node_modules/a/node_modules/@b/c`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}
