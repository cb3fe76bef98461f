/** The disk for credentials, scripts, links and copies of the Tekton mode, with node:fs. Flags are not among them. */
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The mode of a copy in Tekton: the owner may write and run it, all others may run it (cmd/entrypoint/subcommands/cp.go). */
const COPY_MODE = 0o311
const COPY_PIECE_BYTES = 1024 * 1024

export interface TektonDisk {
  /** Writes a file that only its owner can read, and makes its directories. @throws the system's error */
  writeSecret(path: string, content: string): void
  /** Copies a file or a directory, readable by its owner only. A missing source is ignored. @throws the system's error */
  copySecrets(source: string, target: string): void
  /** Writes an executable file. @returns its path @throws the system's error */
  writeScript(content: string): string
  isSameFile(path: string, other: string): boolean
  /** Copies over an existing file without truncating it: a longer one keeps its end. Follows links. @throws the system's error */
  copyOver(source: string, target: string): void
  /** Makes a symbolic link at `path`. An existing file stays. @throws the system's error */
  link(target: string, path: string): void
  makeDirectory(path: string): void
  /** Decodes the base64 content of a file in place. Its mode stays. @throws the system's error, or an error with a clause */
  decodeBase64(path: string): void
}

export const tektonDisk: TektonDisk = {
  writeSecret(path, content) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content, { mode: 0o600 })
  },
  copySecrets(source, target) {
    const found = lstatSync(source, { throwIfNoEntry: false })
    if (found === undefined) return
    if (!found.isDirectory()) return writeFileSync(target, readFileSync(source), { mode: 0o600 })
    mkdirSync(target, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(source)) tektonDisk.copySecrets(join(source, name), join(target, name))
  },
  writeScript(content) {
    // A new directory prevents that somebody else has prepared the path.
    const path = join(mkdtempSync(join(tmpdir(), 'script-')), 'script')
    writeFileSync(path, content, { mode: 0o755 })
    return path
  },
  isSameFile(path, other) {
    try {
      return realpathSync(path) === realpathSync(other)
    } catch {
      return false
    }
  },
  copyOver(source, target) {
    const from = openSync(source, 'r')
    try {
      const to = openSync(target, constants.O_WRONLY | constants.O_CREAT, COPY_MODE)
      try {
        copyPieces(from, to)
      } finally {
        closeSync(to)
      }
    } finally {
      closeSync(from)
    }
  },
  link(target, path) {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) symlinkSync(target, path)
  },
  makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
  decodeBase64(path) {
    const text = readFileSync(path, 'latin1').replaceAll(/[\r\n]/g, '')
    if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error('it is not base64')
    writeFileSync(path, Buffer.from(text, 'base64'))
  },
}

function copyPieces(from: number, to: number): void {
  const piece = new Uint8Array(COPY_PIECE_BYTES)
  for (let got = readSync(from, piece); got > 0; got = readSync(from, piece)) {
    for (let offset = 0; offset < got;) offset += writeSync(to, piece, offset, got - offset)
  }
}
