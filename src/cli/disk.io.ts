/** The local disk: manifests, and a temporary directory for the volumes of a pod that runs here. */
import fs, { type Stats } from 'fs-extra'
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

/** More than any file of variables has. */
const MAX_SMALL_BYTES = 1024 * 1024

/** @returns undefined for what is no plain file, or larger */
export function readSmallFile(path: string): string | undefined {
  const found = fs.statSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true && found.size <= MAX_SMALL_BYTES ? fs.readFileSync(path, 'utf8') : undefined
}

/**
 * The manifests in a directory, by their names' endings, sorted. Links to files count, also those that lead nowhere, which
 * is told when they are read; links to directories lead out of it, or around in it. @returns undefined when it is no
 * directory. @throws
 */
export async function listManifests(path: string, recursive: boolean): Promise<readonly string[] | undefined> {
  const found = await statOf(path)
  return found?.isDirectory() === true ? (await listWithin(path, recursive)).toSorted() : undefined
}

async function listWithin(directory: string, recursive: boolean): Promise<readonly string[]> {
  const manifests: string[] = []
  for (const entry of await fs.readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) manifests.push(...(recursive ? await listWithin(path, recursive) : []))
    else if (isManifestName(entry.name) && (await statOf(path))?.isFile() !== false) manifests.push(path)
  }
  return manifests
}

/** A kustomization is no manifest: it tells how to make one. */
function isManifestName(name: string): boolean {
  return /\.(?:ya?ml|json)$/.test(name) && !/^kustomization\.ya?ml$/.test(name)
}

/** Follows links. */
export async function isRegularFile(path: string): Promise<boolean> {
  return (await statOf(path))?.isFile() === true
}

/** Follows links. @returns undefined where there is nothing, or nobody may look. */
function statOf(path: string): Promise<Stats | undefined> {
  return fs.stat(path).catch(() => undefined)
}

/** Open already, by us or by whoever called us: another file in its place would not be the one that was meant. */
const OPEN_ALREADY = /^\/(?:dev\/(?:stdout|stderr|fd\/\d+)|proc\/.*)$/

/**
 * Written aside and renamed, so that it is whole at any time; mode and owner stay, and a link what it points to. What is no
 * regular file, such as a device or a pipe, is written to. @throws
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const found = await statOf(path)
  if (OPEN_ALREADY.test(path) || found?.isFile() === false) return fs.appendFile(path, text)
  const target = await fs.realpath(path).catch(() => path)
  const aside = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  try {
    await writeAside(aside, text, found)
    await fs.rename(aside, target)
  } catch (error) {
    await fs.rm(aside, { force: true })
    throw error
  }
}

/** @param former whose mode and, as far as we may give it away, owner it gets. @throws */
async function writeAside(path: string, text: string, former: Stats | undefined): Promise<void> {
  const file = await fs.open(path, 'wx', former === undefined ? 0o666 : 0o600)
  try {
    await fs.writeFile(file, text)
    if (former !== undefined) {
      // By the descriptor: where the directory is somebody else's, the name may be a link by now.
      await fs.fchown(file, former.uid, former.gid).catch(() => {})
      await fs.fchmod(file, former.mode & 0o7777)
    }
    await fs.fsync(file)
  } finally {
    await fs.close(file)
  }
}

const WORKSPACE = 'podorder-'
/** The file in a workspace that says which process it is of, as /proc knows it. */
const OWNER = '.owner'

/** An empty directory of our own, below TMPDIR; those whose owner was killed before it could remove them go. @throws */
export async function makeWorkspace(): Promise<string> {
  await removeAbandoned()
  const path = await fs.mkdtemp(join(tmpdir(), WORKSPACE))
  await fs.writeFile(join(path, OWNER), nameProcess(process.pid))
  return path
}

async function removeAbandoned(): Promise<void> {
  const names = await fs.readdir(tmpdir()).catch(() => [])
  for (const path of names.filter((name) => name.startsWith(WORKSPACE)).map((name) => join(tmpdir(), name))) {
    try {
      // Not through a link, and only what is our own.
      const found = await fs.lstat(path)
      if (!found.isDirectory() || found.uid !== process.getuid?.()) continue
      const owner = await fs.readFile(join(path, OWNER), 'utf8')
      if (/^\d+ \d*$/.test(owner) && nameProcess(Number.parseInt(owner, 10)) !== owner) await removeWorkspace(path)
    } catch {
      // It has no owner that is known, or somebody else is at it.
    }
  }
}

/** `812 74205`: a process and when it began, so that another one of the same number is not taken for it. */
function nameProcess(pid: number): string {
  try {
    // Field 22 of /proc/PID/stat; the name before it may hold anything (man 5 proc_pid_stat).
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`
  } catch {
    return isAlive(pid) ? `${pid} ` : ''
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
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

/** Whole or not at all, in a directory that is there. */
export function publishFlag(path: string, text: string): void {
  fs.writeFileSync(`${path}.making`, text)
  fs.renameSync(`${path}.making`, path)
}

/** Empties a directory that may not be there. */
export function emptyDirectory(path: string): void {
  if (fs.existsSync(path)) fs.emptyDirSync(path)
}

/** Follows links. */
export function exists(path: string): boolean {
  return fs.existsSync(path)
}

/** Absolute. */
export function directoryOf(path: string): string {
  return resolve(dirname(path))
}
