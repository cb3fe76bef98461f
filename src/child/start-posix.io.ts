/** Why a command could not be started, in words, with the shell's exit codes. */
import type { Files } from '../base/files.ts'
import type { StartFault } from './child.ts'

const ENOENT = 2
const E2BIG = 7
const ENOEXEC = 8
const EAGAIN = 11
const EACCES = 13
const ENOTDIR = 20
const EISDIR = 21

export function explainStart(errno: number, program: string, files: Files): StartFault {
  switch (errno) {
    case ENOENT:
      return { code: 127, why: `${program}: ${explainAbsence(program, files)}` }
    case EACCES:
      return {
        code: 126,
        why: `${program}: ${isDirectory(program, files) ? 'is a directory' : 'permission denied; is its execute bit set?'}`,
      }
    case EISDIR:
      return { code: 126, why: `${program}: is a directory` }
    case ENOTDIR:
      return { code: 126, why: `${program}: a part of its path is a file` }
    case ENOEXEC:
      return { code: 126, why: `${program}: not a program of this machine, and it has no #! line` }
    case EAGAIN:
      return {
        code: 126,
        why: `${program}: no more processes are allowed here (EAGAIN); raise the pids limit, or the limit of this user`,
      }
    case E2BIG:
      return { code: 126, why: `${program}: its arguments and environment are too long (E2BIG)` }
    default:
      return { code: 126, why: `${program}: cannot be executed (errno ${errno})` }
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
