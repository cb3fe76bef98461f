/** The file system through the C library. */
import { nameErrno } from './errno.ts'
import type { FileKind, Files, Found } from './files.ts'
import type { Library } from './libc.io.ts'
import { removeBelow } from './remove-tree.ts'
import { createSend } from './send-posix.io.ts'
import { encodeUtf8, decodeUtf8, encodeUtf8Into } from './utf8.ts'

const O_RDONLY = 0
const O_WRONLY = 1
const O_CREAT = 0o100
const O_EXCL = 0o200
const O_NOCTTY = 0o400
const O_TRUNC = 0o1000
const O_NONBLOCK = 0o4000
/** Two flags differ between platforms: arm64 has its own values (arch/arm64/include/uapi/asm/fcntl.h). */
const [O_DIRECTORY, O_NOFOLLOW] = process.arch === 'arm64' ? [0o40000, 0o100000] : [0o200000, 0o400000]
const O_CLOEXEC = 0o2000000
/** Flags for paths that other processes can write to: opening a pipe does not block, and a terminal does not become our controlling terminal. */
const UNWAITING = O_NONBLOCK | O_NOCTTY
const AT_FDCWD = -100
const AT_SYMLINK_NOFOLLOW = 0x100
const AT_EMPTY_PATH = 0x1000
const STATX_BASIC_STATS = 0x7ff
/** The kernel's limit plus one byte. A longer path is cut to this length, and the kernel refuses it with ENAMETOOLONG. */
const PATH_MAX = 4096 + 1
const SIZE_STATX = 256
const S_IFMT = 0o170000
const S_IFDIR = 0o040000
const KINDS: Readonly<Record<number, FileKind>> = { [S_IFDIR]: 'directory', 0o100000: 'file', 0o120000: 'link' }

const ENOENT = 2
const EEXIST = 17
const EISDIR = 21

export function createPosixFiles(c: Library): Files {
  // Reused, so that a look at a file allocates no memory: a waiting wrapper looks every second.
  const scratch = new Uint8Array(PATH_MAX)
  const otherScratch = new Uint8Array(PATH_MAX)
  const found = new Int32Array(SIZE_STATX / 4)
  /** @returns the path as a C string, valid until the next call */
  const named = (path: string, memory = scratch): Uint8Array => {
    memory[Math.min(encodeUtf8Into(path, memory), PATH_MAX - 1)] = 0
    return memory
  }

  const fail = (call: string, path: string, errno: number): never => {
    const code = nameErrno(errno)
    throw Object.assign(new Error(`${call} ${path}: ${code}`), { code })
  }
  const check = (result: number, call: string, path: string): number =>
    result < 0 ? fail(call, path, c.errno()) : result

  /** Opens a file, uses it, and closes it also after an error. */
  const withFile = <Result>(path: string, flags: number, use: (descriptor: number) => Result): Result => {
    const descriptor = check(c.open(named(path), flags | O_CLOEXEC, 0o666), 'open', path)
    try {
      return use(descriptor)
    } finally {
      c.close(descriptor)
    }
  }

  /**
   * A word of struct statx, which has the same layout on all platforms. In words of 4 bytes: mode 7 (lower half), inode 8-9, size
   * 10-11, ctime 24-26.
   */
  const word = (index: number): number => (found[index] ?? 0) >>> 0
  const modeOf = (): number => word(7) & S_IFMT
  /** @returns whether the path exists; `found` describes it until the next call */
  const look = (directory: number, path: string, flags: number): boolean => {
    if (c.files().statx(directory, named(path), flags, STATX_BASIC_STATS, found) >= 0) return true
    const errno = c.errno()
    return errno === ENOENT ? false : fail('stat', path, errno)
  }
  const fill = (descriptor: number, memory: Uint8Array, length: number, path: string): number =>
    check(c.read(descriptor, length === 0 ? memory : memory.subarray(length), memory.length - length), 'read', path)
  const writeWhole = (path: string, flags: number, content: string): void =>
    withFile(path, O_WRONLY | UNWAITING | flags, (descriptor) => {
      const bytes = encodeUtf8(content)
      for (let offset = 0; offset < bytes.length;) {
        offset += check(c.write(descriptor, bytes.subarray(offset), bytes.length - offset), 'write', path)
      }
    })
  /** Creates a directory whose parent exists; an existing one is no error. @returns 0, or the system's errno */
  const makeOne = (path: string): number => {
    if (c.files().mkdir(named(path), 0o777) === 0) return 0
    const errno = c.errno()
    return errno === EEXIST && files.find(path)?.isDirectory === true ? 0 : errno
  }
  /** @returns the next names in an open directory; none at the end */
  const listNext = (descriptor: number, memory: Uint8Array, path: string): readonly string[] => {
    const names: string[] = []
    const length = check(c.files().getdents64(descriptor, memory, memory.length), 'list', path)
    // struct linux_dirent64: inode (8), offset (8), record length (2), type (1), NUL-terminated name.
    for (let at = 0; at < length; at += (memory[at + 16] ?? 0) + 256 * (memory[at + 17] ?? 0)) {
      const name = decodeUtf8(memory.subarray(at + 19, memory.indexOf(0, at + 19)))
      if (name !== '.' && name !== '..') names.push(name)
    }
    return length > 0 && names.length === 0 ? listNext(descriptor, memory, path) : names
  }

  const send = createSend(c, (errno) => fail('write', 'a descriptor', errno))

  const files: Files = {
    find(path): Found | undefined {
      if (!look(AT_FDCWD, path, 0)) return undefined
      return {
        size: word(11) * 2 ** 32 + word(10),
        isDirectory: modeOf() === S_IFDIR,
        identity: `${word(9)}.${word(8)} ${word(25)}.${word(24)}.${word(26)}`,
      }
    },
    kindOf: (path) => (look(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW) ? (KINDS[modeOf()] ?? 'other') : undefined),
    read: (path) =>
      withFile(path, O_RDONLY, (descriptor) => {
        // Files of /proc report size 0: only reading shows their length.
        let memory = new Uint8Array(4096)
        for (let length = 0; ;) {
          const got = fill(descriptor, memory, length, path)
          if (got === 0) return memory.subarray(0, length)
          length += got
          if (length < memory.length) continue
          const larger = new Uint8Array(memory.length * 4)
          larger.set(memory)
          memory = larger
        }
      }),
    readPlain: (path, limit, links) =>
      withFile(path, O_RDONLY | UNWAITING | (links === undefined ? O_NOFOLLOW : 0), (descriptor) => {
        look(descriptor, '', AT_EMPTY_PATH)
        if (KINDS[modeOf()] !== 'file') return undefined
        const memory = Buffer.alloc(Math.min(limit, word(10) + word(11) * 2 ** 32))
        let length = 0
        for (let got = -1; got !== 0 && length < memory.length; length += got) {
          got = fill(descriptor, memory, length, path)
        }
        return memory.subarray(0, length)
      }),
    write: (path, content) => writeWhole(path, O_CREAT | O_TRUNC, content),
    create: (path, content) => writeWhole(path, O_CREAT | O_EXCL | O_NOFOLLOW, content),
    writeOnto: (path, content) => writeWhole(path, O_NOFOLLOW, content),
    rename: (from, to) => void check(c.files().rename(named(from), named(to, otherScratch)), 'rename', to),
    remove(path) {
      if (c.files().unlink(named(path)) === 0) return
      const errno = c.errno()
      if (errno !== ENOENT) fail('unlink', path, errno)
    },
    removeTree: (path) =>
      removeBelow(path, {
        open: (directory) =>
          check(c.open(named(directory), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0), 'open', directory),
        next: (descriptor) => listNext(descriptor, new Uint8Array(8192), path),
        close: (descriptor) => void c.close(descriptor),
        unlink(inside) {
          if (c.files().unlink(named(inside)) === 0) return false
          const errno = c.errno()
          return errno === EISDIR ? true : errno === ENOENT ? false : fail('unlink', inside, errno)
        },
        removeDirectory: (directory) => void check(c.seldom().rmdir(named(directory)), 'rmdir', directory),
      }),
    list: (path) =>
      withFile(path, O_RDONLY | UNWAITING, (descriptor) => {
        const memory = new Uint8Array(8192)
        const names: string[] = []
        for (let next = listNext(descriptor, memory, path); next.length > 0;) {
          names.push(...next)
          next = listNext(descriptor, memory, path)
        }
        return names
      }),
    makeDirectory(path) {
      const errno = makeOne(path)
      if (errno === 0) return
      const parent = path.slice(0, path.lastIndexOf('/'))
      if (errno !== ENOENT || parent === '') fail('mkdir', path, errno)
      files.makeDirectory(parent)
      // The parent exists now. It may also have come from another process, just after the first try.
      const again = makeOne(path)
      if (again !== 0) fail('mkdir', path, again)
    },
    setMode: (path, mode) => void check(c.files().chmod(named(path), mode), 'chmod', path),
    send: (descriptor, text) => send(descriptor, encodeUtf8(text)),
  }
  return files
}
