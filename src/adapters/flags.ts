/** Flag files on disk: written aside and renamed, so that they appear whole. node:fs alone, for the hot path's sake. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { MAKING } from '../core/record.ts'

/** Creates or replaces a flag file, and its parent directories. @throws the system's error. */
export function publish(path: string, content: string): void {
  const aside = `${path}.${process.pid}${MAKING}`
  try {
    writeFileSync(aside, content)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    mkdirSync(path.slice(0, path.lastIndexOf('/')) || '/', { recursive: true })
    writeFileSync(aside, content)
  }
  try {
    renameSync(aside, path)
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  }
}

/** Removes a file that may not be there. @throws the system's error. */
export function withdraw(path: string): void {
  rmSync(path, { force: true })
}

/** Makes a container's own run directory; any uid may write to it once the umask is out of the way. @throws */
export function openDirectory(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o1777)
    return []
  }
}

export interface Look {
  readonly file: 'absent' | 'empty' | 'present'
  readonly problem: string | undefined
}

const ABSENT: Look = { file: 'absent', problem: undefined }
const EMPTY: Look = { file: 'empty', problem: undefined }
const PRESENT: Look = { file: 'present', problem: undefined }

/** One stat; follows symlinks, so that the kubelet's `..data` swap is seen. */
export function look(path: string): Look {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined)
      return isUnderFile(path) ? { file: 'absent', problem: 'a part of its path is a file' } : ABSENT
    return found.size > 0 ? PRESENT : EMPTY
  } catch (error) {
    return { file: 'absent', problem: describeSystemError(error) }
  }
}

/** `throwIfNoEntry: false` hides ENOTDIR as well as ENOENT, on Node and on Bun; only the parent can tell them apart. */
function isUnderFile(path: string): boolean {
  const parent = path.slice(0, path.lastIndexOf('/'))
  if (parent === '') return false
  const found = statSync(parent, { throwIfNoEntry: false })
  return found === undefined ? isUnderFile(parent) : !found.isDirectory()
}

/** @returns undefined when there is no such file or it cannot be read. */
export function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the volume',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a directory',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'too many symbolic links',
  EDQUOT: 'the quota is used up',
}

/** `permission denied (EACCES)`: what it means and what to search for. */
export function describeSystemError(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error.message : String(error)
  return `${MEANINGS[code] ?? 'system error'} (${code})`
}
