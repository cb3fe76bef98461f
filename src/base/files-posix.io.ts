/** The file system by the C library itself. */
import type { Files, Found } from './files.ts'
import type { Library } from './libc.io.ts'

const O_RDONLY = 0
const O_WRONLY = 1
const O_CREAT = 0o100
const O_TRUNC = 0o1000
const O_CLOEXEC = 0o2000000
const AT_FDCWD = -100
const STATX_BASIC_STATS = 0x7ff
/** What the kernel takes at most; a longer path is cut to one byte more than that, and refused as ENAMETOOLONG. */
const PATH_MAX = 4096 + 1
const SIZE_STATX = 256
const S_IFMT = 0o170000
const S_IFDIR = 0o040000

const ENOENT = 2
const EEXIST = 17

/** Linux's numbers, the same on x86-64 and arm64; what is not among them is told as a number. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  5: 'EIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  17: 'EEXIST',
  20: 'ENOTDIR',
  21: 'EISDIR',
  23: 'ENFILE',
  24: 'EMFILE',
  28: 'ENOSPC',
  30: 'EROFS',
  32: 'EPIPE',
  36: 'ENAMETOOLONG',
  40: 'ELOOP',
  122: 'EDQUOT',
}

export function createPosixFiles(c: Library): Files {
  // Looking at a file costs no memory: a waiting wrapper does it every second.
  const scratch = Buffer.alloc(PATH_MAX)
  const otherScratch = Buffer.alloc(PATH_MAX)
  const found = new Int32Array(SIZE_STATX / 4)
  /** The path as C reads it; valid until the next call. */
  const named = (path: string, memory = scratch): Buffer => {
    memory[Math.min(memory.write(path), PATH_MAX - 1)] = 0
    return memory
  }

  const fail = (call: string, path: string, errno: number): never => {
    const code = NAMES[errno] ?? `errno ${errno}`
    throw Object.assign(new Error(`${call} ${path}: ${code}`), { code })
  }
  const check = (result: number, call: string, path: string): number =>
    result < 0 ? fail(call, path, c.errno()) : result

  /** Opens, uses, and closes whatever happens. */
  const withFile = <Result>(path: string, flags: number, use: (descriptor: number) => Result): Result => {
    const descriptor = check(c.open(named(path), flags | O_CLOEXEC, 0o666), 'open', path)
    try {
      return use(descriptor)
    } finally {
      c.close(descriptor)
    }
  }

  const files: Files = {
    find(path): Found | undefined {
      // struct statx is the same everywhere; in words of 4 bytes: mode 7 (lower half), inode 8-9, size 10-11, ctime 24-26.
      if (c.files().statx(AT_FDCWD, named(path), 0, STATX_BASIC_STATS, found) < 0) {
        const errno = c.errno()
        return errno === ENOENT ? undefined : fail('stat', path, errno)
      }
      const word = (index: number): number => (found[index] ?? 0) >>> 0
      return {
        size: word(11) * 2 ** 32 + word(10),
        isDirectory: (word(7) & S_IFMT) === S_IFDIR,
        identity: `${word(9)}.${word(8)} ${word(25)}.${word(24)}.${word(26)}`,
      }
    },
    read: (path) =>
      withFile(path, O_RDONLY, (descriptor) => {
        // Files of /proc say that they are empty: only reading tells.
        let memory = Buffer.alloc(4096)
        for (let length = 0; ;) {
          const got = check(c.read(descriptor, memory.subarray(length), memory.length - length), 'read', path)
          if (got === 0) return memory.subarray(0, length)
          length += got
          if (length < memory.length) continue
          const larger = Buffer.alloc(memory.length * 4)
          memory.copy(larger)
          memory = larger
        }
      }),
    write: (path, content) =>
      withFile(path, O_WRONLY | O_CREAT | O_TRUNC, (descriptor) => {
        const bytes = Buffer.from(content)
        for (let offset = 0; offset < bytes.length;) {
          offset += check(c.write(descriptor, bytes.subarray(offset), bytes.length - offset), 'write', path)
        }
      }),
    rename: (from, to) => void check(c.files().rename(named(from), named(to, otherScratch)), 'rename', to),
    remove(path) {
      if (c.files().unlink(named(path)) === 0) return
      const errno = c.errno()
      if (errno !== ENOENT) fail('unlink', path, errno)
    },
    list: (path) =>
      withFile(path, O_RDONLY, (descriptor) => {
        const names: string[] = []
        const memory = Buffer.alloc(8192)
        for (;;) {
          const length = check(c.files().getdents64(descriptor, memory, memory.length), 'list', path)
          if (length === 0) return names
          // struct linux_dirent64: inode (8), offset (8), record length (2), type (1), NUL-terminated name.
          for (let at = 0; at < length; at += memory.readUInt16LE(at + 16)) {
            const name = memory.toString('utf8', at + 19, memory.indexOf(0, at + 19))
            if (name !== '.' && name !== '..') names.push(name)
          }
        }
      }),
    makeDirectory(path) {
      if (c.files().mkdir(named(path), 0o777) === 0) return
      const errno = c.errno()
      if (errno === EEXIST && files.find(path)?.isDirectory === true) return
      const parent = path.slice(0, path.lastIndexOf('/'))
      if (errno !== ENOENT || parent === '') fail('mkdir', path, errno)
      files.makeDirectory(parent)
      files.makeDirectory(path)
    },
    setMode: (path, mode) => void check(c.files().chmod(named(path), mode), 'chmod', path),
    send(descriptor, text) {
      const bytes = Buffer.from(text)
      check(c.write(descriptor, bytes, bytes.length), 'write', `descriptor ${descriptor}`)
    },
  }
  return files
}
