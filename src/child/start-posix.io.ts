/** The data of a command's start, the search for its program, and the explanation of a failed start, with a shell's exit codes. */
import { CODE_NOT_EXECUTABLE, CODE_NOT_FOUND } from '../base/exit-code.ts'
import type { Files } from '../base/files.ts'
import type { Library } from '../base/libc.io.ts'
import { decodeUtf8, encodeForC } from '../base/utf8.ts'
import type { StartFault } from './child.ts'

const ENOENT = 2
const E2BIG = 7
const ENOEXEC = 8
const EAGAIN = 11
const EACCES = 13
const ENOTDIR = 20
const EISDIR = 21

/** Size of glibc's sigset_t (128 bytes on x86-64 and aarch64), with a margin. */
export const SIZE_SIGNAL_SET = 256
/** sigprocmask(2), close_range(2) */
export const SIG_SETMASK = 2
export const CLOSE_RANGE_CLOEXEC = 4
const O_CLOEXEC = 0o2000000

export interface Pipe {
  /** -1 if no descriptor is left; so is `to`. */
  readonly from: number
  readonly to: number
}

/** Opens a pipe that closes at exec. */
export function openPipe(c: Library): Pipe {
  const ends = new Int32Array([-1, -1])
  c.seldom().pipe2(ends, O_CLOEXEC)
  const [from = -1, to = -1] = ends
  return { from, to }
}

/** A program in the form that C takes. */
export interface Program {
  readonly argv: Uint32Array
  readonly env: Uint32Array
  /** NUL-terminated. */
  readonly program: Uint8Array
}

/** A pipe that becomes descriptor `as` of the command. */
export interface Output {
  readonly to: number
  readonly as: number
}

/** Starts a program in a way that posix_spawn does not offer. @returns its process ID */
export type StartElsewhere = (program: Program, outputs: readonly Output[]) => number | StartFault

/**
 * Searches as execvp does, but never hands a file with an unknown format to a shell.
 * @param program NUL-terminated, as are the results. A path keeps its exact bytes, which need not be UTF-8.
 */
export function candidatesOf(program: Uint8Array): readonly Uint8Array[] {
  const name = wordOf(program)
  if (name.includes('/')) return [program]
  const path = process.env['PATH'] ?? '/bin:/usr/bin'
  return path.split(':').map((dir) => (dir === '' ? program : encodeForC(`${dir}/${name}`)))
}

/**
 * @param errors of execve, one for each path in turn. @returns the error to report; a missing file counts only if there is no
 * other error
 */
export function weighErrors(program: Uint8Array, errors: readonly number[]): number {
  const isAbsence = (errno: number): boolean =>
    errno === ENOENT || (errno === ENOTDIR && !wordOf(program).includes('/'))
  return errors.findLast((errno) => !isAbsence(errno)) ?? ENOENT
}

export function explainStart(errno: number, program: string, files: Files): StartFault {
  switch (errno) {
    case ENOENT:
      return { code: CODE_NOT_FOUND, why: `${program}: ${explainAbsence(program, files)}` }
    case EACCES:
      return {
        code: CODE_NOT_EXECUTABLE,
        why: `${program}: ${isDirectory(program, files) ? 'is a directory' : 'permission denied; is its execute bit set?'}`,
      }
    case EISDIR:
      return { code: CODE_NOT_EXECUTABLE, why: `${program}: is a directory` }
    case ENOTDIR:
      return { code: CODE_NOT_EXECUTABLE, why: `${program}: a part of its path is a file` }
    case ENOEXEC:
      return { code: CODE_NOT_EXECUTABLE, why: `${program}: not a program of this machine, and it has no #! line` }
    case EAGAIN:
      return {
        code: CODE_NOT_EXECUTABLE,
        why: `${program}: no more processes are allowed here (EAGAIN); raise the pids limit, or the limit of this user`,
      }
    case E2BIG:
      return { code: CODE_NOT_EXECUTABLE, why: `${program}: its arguments and environment are too long (E2BIG)` }
    default:
      return { code: CODE_NOT_EXECUTABLE, why: `${program}: cannot be executed (errno ${errno})` }
  }
}

function explainAbsence(program: string, files: Files): string {
  if (!program.includes('/')) return `not found in PATH=${process.env['PATH'] ?? ''}`
  return files.find(program) === undefined ? 'not found' : 'the interpreter or loader that it names is not there'
}

function isDirectory(program: string, files: Files): boolean {
  try {
    return files.find(program)?.isDirectory ?? false
  } catch {
    return false
  }
}

/** @returns the text without its NUL */
export function wordOf(string: Uint8Array): string {
  return decodeUtf8(string.subarray(0, -1))
}
