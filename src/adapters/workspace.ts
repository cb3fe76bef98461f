/** The local disk: manifests, and a temporary directory for the volumes of a pod that runs here. */
import fs from 'fs-extra'
import { isUtf8 } from 'node:buffer'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

/** The API server takes no request above 3 MiB; a file with several objects may well be larger. */
const MAX_MANIFEST_MIB = 10
const STDIN = 0

/** @returns the text of a file, or of stdin for `-`. @throws the system's error; a RangeError when it is no such text. */
export async function readManifestFile(path: string, maxMib = MAX_MANIFEST_MIB): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  const stream = path === '-' ? fs.createReadStream('', { fd: STDIN, autoClose: false }) : fs.createReadStream(path)
  for await (const piece of stream as AsyncIterable<Buffer>) {
    pieces.push(piece)
    size += piece.length
    if (size > maxMib * 1024 * 1024) throw new RangeError(`more than ${maxMib} MiB`)
  }
  const bytes = Buffer.concat(pieces)
  const text = bytes.toString('utf8')
  if (isUtf8(bytes)) return text
  const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length
  throw new RangeError(`line ${line} is not UTF-8`)
}

/** The manifests in a directory, by their names' endings, sorted. @returns undefined when it is no directory. @throws */
export async function listManifests(path: string, recursive: boolean): Promise<readonly string[] | undefined> {
  const found = await fs.stat(path).catch(() => undefined)
  if (found?.isDirectory() !== true) return undefined
  const names = await fs.readdir(path, { recursive, encoding: 'utf8' })
  return names
    .filter((name) => /\.(?:ya?ml|json)$/.test(name))
    .toSorted()
    .map((name) => join(path, name))
}

/** Written aside and renamed, so that it is whole at any time; the mode stays, and a link what it points to. @throws */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = await fs.realpath(path).catch(() => path)
  const mode = await fs.stat(target).then(
    (found) => found.mode & 0o7777,
    () => undefined,
  )
  const aside = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  try {
    await fs.ensureDir(dirname(target))
    await fs.writeFile(aside, text, { flush: true, flag: 'wx' })
    if (mode !== undefined) await fs.chmod(aside, mode)
    await fs.rename(aside, target)
  } catch (error) {
    await fs.rm(aside, { force: true })
    throw error
  }
}

/** An empty directory of our own, below TMPDIR. @throws */
export function makeWorkspace(): Promise<string> {
  return fs.mkdtemp(join(tmpdir(), 'podorder-'))
}

/** With its parents; one that is there gets the mode too. @throws */
export async function makeDirectory(path: string, mode?: number): Promise<void> {
  await fs.ensureDir(path)
  if (mode !== undefined) await fs.chmod(path, mode)
}

/** With its parents; base64 is decoded. @throws */
export async function makeFile(
  path: string,
  content: { readonly text: string } | { readonly base64: string },
  mode: number,
): Promise<void> {
  const bytes = 'text' in content ? content.text : Buffer.from(content.base64, 'base64')
  await fs.outputFile(path, bytes, { mode })
  await fs.chmod(path, mode)
}

/**
 * Puts a program under another name: a link to an executable, or a script when it takes more words to start it. @throws
 */
export async function makeCommand(path: string, argv: readonly string[]): Promise<void> {
  const [program = ''] = argv
  if (argv.length === 1) return fs.ensureSymlink(program, path)
  const words = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  await makeFile(path, { text: `#!/bin/sh\nexec ${words} "$@"\n` }, 0o755)
}

/** Whatever is in it. @throws */
export async function removeWorkspace(path: string): Promise<void> {
  try {
    await fs.remove(path)
  } catch {
    // A directory without write permission keeps what is in it (go's module cache makes such).
    await openDirectories(path)
    await fs.remove(path)
  }
}

async function openDirectories(path: string): Promise<void> {
  await fs.chmod(path, 0o700)
  for (const entry of await fs.readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await openDirectories(join(path, entry.name))
  }
}

/** @returns undefined when there is no such file or it cannot be read. */
export function readFlag(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** `base64` to text; bytes that are not UTF-8 become U+FFFD. */
export function decodeText(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}

/** Absolute. */
export function directoryOf(path: string): string {
  return resolve(dirname(path))
}
