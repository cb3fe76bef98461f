/** What the Tekton mode does on a disk beyond flags: credentials, scripts, links and copies, by node:fs. */
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

/** Owner writes and runs it, everybody runs it: what Tekton gives to a copy (cmd/entrypoint/subcommands/cp.go). */
const COPY_MODE = 0o311
const COPY_PIECE_BYTES = 1024 * 1024

export interface TektonDisk {
  /** Only its owner may read it; its directories are made. @throws */
  writeSecret(path: string, content: string): void
  /** With all below it, for nobody but its owner; what is not there is not copied. @throws */
  copySecrets(source: string, target: string): void
  /** @returns the path of a file that may be run. @throws */
  writeScript(content: string): string
  isSameFile(path: string, other: string): boolean
  /** Over what is there: a longer file keeps its end, and links are followed. @throws */
  copyOver(source: string, target: string): void
  /** Makes a link at `path`; whatever is there already stays. @throws */
  link(target: string, path: string): void
  makeDirectory(path: string): void
  /** Replaces a file's content, which is base64, by what it says; its mode stays. @throws */
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
    // A directory of its own, which nobody else can have prepared.
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
