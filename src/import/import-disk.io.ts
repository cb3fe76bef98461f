/** The files beside a compose file: what it mounts, and what it takes variables from. */
import fs from 'node:fs/promises'
import { isUtf8 } from 'node:buffer'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { EnvLine, SmallFile } from './ports.ts'

/** The most for all of a ConfigMap (Kubernetes: 1 MiB of data, and the object itself). */
const MOST_BYTES = 900 * 1024
const MOST_FILES = 200

export function resolvePath(directory: string, path: string): string {
  return resolve(directory, path.startsWith('~/') ? join(homedir(), path.slice(2)) : path)
}

/** The file under the name '', or the files right in the directory. Links are followed; what is no file is passed over. */
export async function readSmall(path: string): Promise<ReadonlyMap<string, SmallFile> | undefined> {
  const found = await statOf(path)
  if (found?.isFile() === true) {
    const content = await readOne(path, MOST_BYTES)
    return content === undefined ? undefined : new Map([['', toSmall(content)]])
  }
  if (found?.isDirectory() !== true) return undefined
  const files = new Map<string, SmallFile>()
  let bytes = 0
  const names = (await fs.readdir(path).catch((): string[] => [])).toSorted()
  if (names.length > MOST_FILES) return undefined
  for (const name of names) {
    if (!/^[-._a-zA-Z0-9]+$/.test(name) || (await statOf(join(path, name)))?.isFile() !== true) continue
    const content = await readOne(join(path, name), MOST_BYTES - bytes)
    if (content === undefined) return undefined
    bytes += content.length
    files.set(name, toSmall(content))
  }
  return files
}

async function statOf(path: string): Promise<Awaited<ReturnType<typeof fs.stat>> | undefined> {
  return fs.stat(path).catch(() => undefined)
}

/** @returns undefined for what is larger, or cannot be read */
async function readOne(path: string, mostBytes: number): Promise<Buffer | undefined> {
  const found = await statOf(path)
  if (found === undefined || Number(found.size) > mostBytes) return undefined
  return fs.readFile(path).catch(() => undefined)
}

function toSmall(content: Buffer): SmallFile {
  return isUtf8(content) ? { text: content.toString('utf8') } : { base64: content.toString('base64') }
}

const NAME_ALONE = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(?:#.*)?$/gm

/** @returns undefined when there is no such file */
export async function readEnvFile(path: string): Promise<readonly EnvLine[] | undefined> {
  const content = await readOne(path, MOST_BYTES)
  if (content === undefined || (await statOf(path))?.isFile() !== true) return undefined
  const text = content.toString('utf8')
  const alone = [...text.matchAll(NAME_ALONE)].map(([, name = '']) => ({ name, value: undefined, literal: false }))
  const said = Object.entries(parseEnv(text)).map(([name, value]) => {
    const literal = new RegExp(`^\\s*(?:export\\s+)?${escapePattern(name)}\\s*=\\s*'`, 'm').test(text)
    return { name, value: value ?? '', literal }
  })
  return [...alone, ...said]
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
