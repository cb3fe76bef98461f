/** Errors of the system, in words. Pure. */

const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EBUSY: 'something is mounted there',
  ENXIO: 'it is a socket, or a pipe without a reader',
  EMFILE: 'no file descriptor is left',
  ENFILE: 'the machine has no file descriptor left',
  EIO: 'the disk cannot be read or written',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the volume',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a directory',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'too many symbolic links',
  EDQUOT: 'the quota is used up',
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Whether the system refuses to change a path, for reasons that its owner, its mode or its mount can remove. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
}

/** `permission denied (EACCES)`: the meaning, and the code to search for. */
export function describeError(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error.message : String(error)
  return `${MEANINGS[code] ?? 'system error'} (${code})`
}
