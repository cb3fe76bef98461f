/** Sources of a history on the local disk and on stdin. */
import { createReadStream, type Stats } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeFiles } from '../base/files-node.io.ts'
import { codeOf } from '../base/system-error.ts'
import { readFlagFile } from '../flags/flag-files.ts'
import { MAKING, SOCKET } from '../flags/layout.ts'
import type { FlagFolder } from './history-flags.ts'

const STDIN = 0
/** More names than any wrapper creates: a container may put any files into its directory. */
const MOST_NAMES = 1000

/**
 * Reads the folders of a run directory, or a single container's directory.
 * @param isDead whether the listener of the liveness socket in a directory is gone
 * @returns undefined when it is not a directory. @throws
 */
export async function readFolders(path: string, isDead: IsDead): Promise<readonly FlagFolder[] | undefined> {
  if (!(await stat(path)).isDirectory()) return undefined
  const names = (await readdir(path)).toSorted()
  const folders: FlagFolder[] = []
  for (const name of names) {
    const found = await findIn(path, name)
    if (found?.isDirectory() === true) folders.push(await readFolder(join(path, name), name, isDead))
  }
  return folders
}

type IsDead = (directory: string) => Promise<boolean>

async function readFolder(path: string, container: string, isDead: IsDead): Promise<FlagFolder> {
  const flags = new Map<string, string>()
  let socket: FlagFolder['socket']
  for (const name of (await readdir(path)).slice(0, MOST_NAMES)) {
    const found = await findIn(path, name)
    if (name === SOCKET && found?.isSocket() === true) {
      socket = { sinceMs: Math.round(found.mtimeMs), dead: await isDead(path) }
    }
    if (found?.isFile() !== true || name.endsWith(MAKING)) continue
    const text = readFlagFile(join(path, name), nodeFiles)
    if (text !== undefined) flags.set(name, text)
  }
  return { container, flags, socket }
}

function findIn(path: string, name: string): Promise<Stats | undefined> {
  return unlessGone(lstat(join(path, name)))
}

/** A file may disappear while the directory of a running pod is read. */
async function unlessGone<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** @throws the system's error; a RangeError when it is not UTF-8 */
export async function* readPieces(path: string): AsyncIterable<string> {
  const stream = path === '-' ? createReadStream('', { fd: STDIN, autoClose: false }) : createReadStream(path)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) yield decoder.decode(piece, { stream: true })
    yield decoder.decode()
  } catch (error) {
    throw codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA' || error instanceof TypeError
      ? new RangeError('it is not UTF-8')
      : error
  }
}

/** Whether a path is a file on disk. A pipe, as a shell creates for `<(kubectl …)`, has current data. @throws */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path)).isFile()
}
