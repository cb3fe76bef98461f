/** The local disk, for a pod that runs here: its manifest, and a temporary directory for its volumes. */
import fs from 'fs-extra'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** The API server takes no request above 3 MiB; a file with several objects may well be larger. */
const MAX_MANIFEST_BYTES = 10 * 1024 * 1024
const STDIN = 0

/** @returns the text of a file, or of stdin for `-`. @throws the system's error; a RangeError when it is too large. */
export async function readManifestFile(path: string): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  const stream = path === '-' ? fs.createReadStream('', { fd: STDIN, autoClose: false }) : fs.createReadStream(path)
  for await (const piece of stream as AsyncIterable<Buffer>) {
    pieces.push(piece)
    size += piece.length
    if (size > MAX_MANIFEST_BYTES) throw new RangeError('more than 10 MiB')
  }
  return Buffer.concat(pieces).toString('utf8')
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
