/** Reads files beside a compose file: mounted files, and files of variables. */
import fs from 'node:fs/promises'
import { isUtf8 } from 'node:buffer'
import { homedir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { LARGEST_OBJECT, type PathLook, type SmallFile } from './ports.ts'

const MOST_FILES = 200
/** Files that only keep a directory in version control, or are for tools. */
const IDLE_FILES = new Set(['.DS_Store', '.gitignore', '.gitkeep', '.keep'])

export function resolvePath(directory: string, path: string): string {
  return resolve(directory, path.startsWith('~/') ? join(homedir(), path.slice(2)) : path)
}

/** Looks at a path. Never rejects. */
export async function lookAtPath(path: string): Promise<PathLook> {
  const found = await statOf(path)
  if (found === undefined) return { kind: 'absent' }
  if (found.isFile()) {
    if (Number(found.size) > LARGEST_OBJECT) return { kind: 'large' }
    const file = await readSmall(path, found)
    return file === undefined ? { kind: 'unreadable' } : { kind: 'file', file }
  }
  if (!found.isDirectory()) return { kind: 'other' }
  const names = await fs.readdir(path).catch(() => undefined)
  return names === undefined
    ? { kind: 'unreadable' }
    : readDirectory(path, names.filter((name) => !IDLE_FILES.has(name)).toSorted())
}

/** Reads the regular files directly in a directory, if they fit into one object; and links to such files of the directory. */
async function readDirectory(path: string, names: readonly string[]): Promise<PathLook> {
  const files = new Map<string, SmallFile>()
  let others = 0
  let bytes = 0
  const home = await fs.realpath(path).catch(() => path)
  for (const name of names) {
    const real = await fs.realpath(join(path, name)).catch(() => '')
    const found = real.startsWith(home + sep) ? await statOf(real) : undefined
    if (found?.isFile() !== true || !/^[-._a-zA-Z0-9]+$/.test(name)) {
      others++
      continue
    }
    bytes += Number(found.size)
    const file = bytes > LARGEST_OBJECT || files.size >= MOST_FILES ? undefined : await readSmall(real, found)
    if (file === undefined) return { kind: 'directory', files: undefined, others }
    files.set(name, file)
  }
  return { kind: 'directory', files, others }
}

type Stat = NonNullable<Awaited<ReturnType<typeof fs.stat>>>

async function statOf(path: string): Promise<Stat | undefined> {
  return fs.stat(path).catch(() => undefined)
}

const EXECUTABLE = 0o111

/** @returns undefined when the file cannot be read */
async function readSmall(path: string, { mode }: Stat): Promise<SmallFile | undefined> {
  const content = await fs.readFile(path).catch(() => undefined)
  if (content === undefined) return undefined
  const executable = (Number(mode) & EXECUTABLE) !== 0
  return isUtf8(content)
    ? { text: content.toString('utf8'), executable }
    : { base64: content.toString('base64'), executable }
}
