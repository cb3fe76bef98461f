/** The local disk: manifests, and a temporary directory for the volumes of a pod that runs locally. */
import fs, { type Stats } from 'fs-extra'
import { isUtf8 } from 'node:buffer'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

/** The API server refuses requests above 3 MiB; a file with several objects may be larger. */
const MAX_MANIFEST_MIB = 10
const STDIN = 0

/** @returns the text of a file, or of stdin for `-`. @throws the system's error; a RangeError when it is too large or not text */
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

/** Larger than any real file of variables. */
const MAX_SMALL_BYTES = 1024 * 1024

/** @returns undefined when it is not a regular file, or is too large */
export function readSmallFile(path: string): string | undefined {
  const found = fs.statSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true && found.size <= MAX_SMALL_BYTES ? fs.readFileSync(path, 'utf8') : undefined
}

/**
 * Lists the manifests in a directory by file ending, sorted. Links to files are listed. So are broken links: reading them reports
 * the error. Links to directories are not followed, since they may leave the directory or form a loop.
 * @returns undefined when it is not a directory. @throws
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

/** A kustomization is not a manifest: it tells how to build one. */
function isManifestName(name: string): boolean {
  return /\.(?:ya?ml|json)$/.test(name) && !/^kustomization\.ya?ml$/.test(name)
}

/** Follows links. */
export async function isRegularFile(path: string): Promise<boolean> {
  return (await statOf(path))?.isFile() === true
}

/** Follows links. @returns undefined when nothing is there, or it is not accessible */
function statOf(path: string): Promise<Stats | undefined> {
  return fs.stat(path).catch(() => undefined)
}

/** Paths of descriptors that are already open: replacing the file would not reach the one that the caller opened. */
const OPEN_ALREADY = /^\/(?:dev\/(?:stdout|stderr|fd\/\d+)|proc\/.*)$/

/**
 * Writes to a temporary file and renames it, so that the file is always complete. Mode and owner are kept; a link is kept and its
 * target replaced. A path that is not a regular file, such as a device or a pipe, is written to. @throws
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

/** @param former the file whose mode and, if permitted, owner the new one gets. @throws */
async function writeAside(path: string, text: string, former: Stats | undefined): Promise<void> {
  const file = await fs.open(path, 'wx', former === undefined ? 0o666 : 0o600)
  try {
    await fs.writeFile(file, text)
    if (former !== undefined) {
      // By descriptor: in a directory of another user the name may have become a link.
      await fs.fchown(file, former.uid, former.gid).catch(() => {})
      await fs.fchmod(file, former.mode & 0o7777)
    }
    await fs.fsync(file)
  } finally {
    await fs.close(file)
  }
}

const WORKSPACE = 'podorder-'
/** The file in a workspace that names its process, as /proc does. */
const OWNER = '.owner'

/** Creates an empty directory below TMPDIR, and removes workspaces of processes that were killed. @throws */
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
      // Links and directories of other users are left alone.
      const found = await fs.lstat(path)
      if (!found.isDirectory() || found.uid !== process.getuid?.()) continue
      const owner = await fs.readFile(join(path, OWNER), 'utf8')
      if (/^\d+ \d*$/.test(owner) && nameProcess(Number.parseInt(owner, 10)) !== owner) await removeWorkspace(path)
    } catch {
      // The workspace has no known owner, or another process is removing it.
    }
  }
}

/** `812 74205`: a process ID and the process's start time, since process IDs are reused. */
function nameProcess(pid: number): string {
  try {
    // Field 22 of /proc/PID/stat; the process name before it may contain any character (man 5 proc_pid_stat).
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

/** Creates a directory and its parents; also sets the mode of an existing one. @throws */
export async function makeDirectory(path: string, mode?: number): Promise<void> {
  await fs.ensureDir(path)
  if (mode !== undefined) await fs.chmod(path, mode)
}

/** Creates a file and its parents; base64 is decoded. @throws */
export async function makeFile(
  path: string,
  content: { readonly text: string } | { readonly base64: string },
  mode: number,
): Promise<void> {
  const bytes = 'text' in content ? content.text : Buffer.from(content.base64, 'base64')
  await fs.outputFile(path, bytes, { mode })
  await fs.chmod(path, mode)
}

/** Makes a program available under another name: a link to an executable, or a script if starting it needs several words. @throws */
export async function makeCommand(path: string, argv: readonly string[]): Promise<void> {
  const [program = ''] = argv
  if (argv.length === 1) return fs.ensureSymlink(program, path)
  const words = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  await makeFile(path, { text: `#!/bin/sh\nexec ${words} "$@"\n` }, 0o755)
}

/** Removes a workspace with its content. @throws */
export async function removeWorkspace(path: string): Promise<void> {
  try {
    await fs.remove(path)
  } catch {
    // Entries of a directory without write permission cannot be removed (go's module cache has such directories).
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

/** Writes a file by renaming, so that it is never partial. The directory must exist. */
export function publishFlag(path: string, text: string): void {
  fs.writeFileSync(`${path}.making`, text)
  fs.renameSync(`${path}.making`, path)
}

/** Empties a directory if it exists. */
export function emptyDirectory(path: string): void {
  if (fs.existsSync(path)) fs.emptyDirSync(path)
}

/** Follows links. */
export function exists(path: string): boolean {
  return fs.existsSync(path)
}

/** @returns an absolute path */
export function directoryOf(path: string): string {
  return resolve(dirname(path))
}
