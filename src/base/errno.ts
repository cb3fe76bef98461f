/** Names of the system's errors. Linux gives those listed here the same numbers on x86-64 and arm64. */

const listNames = (): Readonly<Record<number, string>> => ({
  1: 'EPERM',
  2: 'ENOENT',
  5: 'EIO',
  6: 'ENXIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  16: 'EBUSY',
  17: 'EEXIST',
  20: 'ENOTDIR',
  21: 'EISDIR',
  23: 'ENFILE',
  24: 'EMFILE',
  28: 'ENOSPC',
  30: 'EROFS',
  32: 'EPIPE',
  36: 'ENAMETOOLONG',
  39: 'ENOTEMPTY',
  40: 'ELOOP',
  98: 'EADDRINUSE',
  122: 'EDQUOT',
})

/** Created at the first error. */
let names: ReturnType<typeof listNames> | undefined

/** An unknown error is named by its number. */
export function nameErrno(errno: number): string {
  return (names ??= listNames())[errno] ?? `errno ${errno}`
}
