/**
 * Processes by the C library itself, through bun:ffi. No other way gives a true process group (Bun's `detached` is setsid,
 * which takes the terminal away), byte-exact argv and environment, default signal dispositions and an empty mask, no
 * leaked descriptors, real wait statuses (also of real-time signals), and the reaping of orphans.
 */
import type * as BunFfi from 'bun:ffi'
import { closeSync, read, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { Child, Running, Sink, StartFault, Status } from '../core/status.ts'

type Ffi = typeof BunFfi

/** Structure sizes of glibc on x86-64 and aarch64 (80, 336, 128 bytes), with room to spare. */
const SIZE_FILE_ACTIONS = 256
const SIZE_ATTRIBUTES = 1024
const SIZE_SIGNAL_SET = 256

const POSIX_SPAWN_SETPGROUP = 0x02
const POSIX_SPAWN_SETSIGDEF = 0x04
const POSIX_SPAWN_SETSIGMASK = 0x08
const WNOHANG = 1
const PR_SET_CHILD_SUBREAPER = 36
const CLOSE_RANGE_CLOEXEC = 4
const O_CLOEXEC = 0o2000000
const SIGPIPE = 13
const SIGXFSZ = 25
const SIGKILL = 9

const ENOENT = 2
const ENOEXEC = 8
const EACCES = 13
const ENOTDIR = 20
const EISDIR = 21

const SYMBOLS = {
  posix_spawnp: { args: ['ptr', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'], returns: 'i32' },
  posix_spawn_file_actions_init: { args: ['ptr'], returns: 'i32' },
  posix_spawn_file_actions_adddup2: { args: ['ptr', 'i32', 'i32'], returns: 'i32' },
  posix_spawn_file_actions_addclosefrom_np: { args: ['ptr', 'i32'], returns: 'i32' },
  posix_spawn_file_actions_addtcsetpgrp_np: { args: ['ptr', 'i32'], returns: 'i32' },
  posix_spawnattr_init: { args: ['ptr'], returns: 'i32' },
  posix_spawnattr_setflags: { args: ['ptr', 'i16'], returns: 'i32' },
  posix_spawnattr_setsigdefault: { args: ['ptr', 'ptr'], returns: 'i32' },
  posix_spawnattr_setsigmask: { args: ['ptr', 'ptr'], returns: 'i32' },
  sigfillset: { args: ['ptr'], returns: 'i32' },
  sigprocmask: { args: ['i32', 'ptr', 'ptr'], returns: 'i32' },
  signal: { args: ['i32', 'usize'], returns: 'usize' },
  pipe2: { args: ['ptr', 'i32'], returns: 'i32' },
  waitpid: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
  kill: { args: ['i32', 'i32'], returns: 'i32' },
  tcgetpgrp: { args: ['i32'], returns: 'i32' },
  getpgrp: { args: [], returns: 'i32' },
  prctl: { args: ['i32', 'u64', 'u64', 'u64', 'u64'], returns: 'i32' },
  close_range: { args: ['u32', 'u32', 'i32'], returns: 'i32' },
  execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'i32' },
  __errno_location: { args: [], returns: 'ptr' },
} as const

/**
 * @param words how many words of our own command line are the command's: the last ones.
 * @returns undefined where there is no bun:ffi, or a C library without these functions (glibc < 2.35).
 */
export async function createBunChild(words: number): Promise<Child | undefined> {
  if (process.versions['bun'] === undefined) return undefined
  const ffi = await import('bun:ffi')
  const c = openLibrary(ffi)
  return c === undefined ? undefined : buildChild(ffi, c, words)
}

function openLibrary(ffi: Ffi) {
  try {
    return ffi.dlopen('libc.so.6', SYMBOLS).symbols
  } catch {
    return undefined
  }
}

type Library = NonNullable<ReturnType<typeof openLibrary>>

function buildChild(ffi: Ffi, c: Library, words: number): Child {
  const { ptr } = ffi
  /** What C points into must not be collected; it lives as long as the process. */
  const kept: NodeJS.ArrayBufferView[] = []
  const keep = <Memory extends NodeJS.ArrayBufferView>(memory: Memory): Memory => {
    kept.push(memory)
    return memory
  }
  const status = keep(new Int32Array(1))
  const endings = new Map<number, (status: Status) => void>()
  let shared = false
  let prepared: { argv: BigUint64Array; env: BigUint64Array; program: Buffer; attributes: Buffer } | undefined

  const reap = (): void => {
    const targets = shared ? [...endings.keys()] : [-1]
    for (const target of targets) {
      for (let pid = c.waitpid(target, status, WNOHANG); pid > 0; pid = c.waitpid(target, status, WNOHANG)) {
        const raw = status[0] ?? 0
        const tell = endings.get(pid)
        endings.delete(pid)
        tell?.((raw & 0x7f) === 0 ? { code: (raw >> 8) & 0xff } : { signal: raw & 0x7f })
      }
    }
  }

  const prepare = () => {
    if (prepared !== undefined) return prepared
    if (process.pid !== 1) c.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    process.on('SIGCHLD', reap)
    const argv = splitStrings(keep(readFileSync('/proc/self/cmdline'))).slice(-words)
    const env = splitStrings(keep(readFileSync('/proc/self/environ')))
    const attributes = keep(Buffer.alloc(SIZE_ATTRIBUTES))
    const every = Buffer.alloc(SIZE_SIGNAL_SET)
    c.posix_spawnattr_init(attributes)
    c.posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
    c.sigfillset(every)
    c.posix_spawnattr_setsigdefault(attributes, every)
    c.posix_spawnattr_setsigmask(attributes, Buffer.alloc(SIZE_SIGNAL_SET))
    const pointers = (strings: readonly Buffer[]) =>
      keep(new BigUint64Array([...strings.map((string) => BigInt(ptr(string))), 0n]))
    prepared = { argv: pointers(argv), env: pointers(env), program: argv[0] ?? Buffer.from([0]), attributes }
    return prepared
  }

  return {
    prepare: () => void prepare(),
    spawn({ stdout, stderr }): Running | StartFault {
      const { argv, env, program, attributes } = prepare()
      const actions = Buffer.alloc(SIZE_FILE_ACTIONS)
      c.posix_spawn_file_actions_init(actions)
      const pipes = [
        { sink: stdout, descriptor: 1 },
        { sink: stderr, descriptor: 2 },
      ].flatMap(({ sink, descriptor }) => {
        if (sink === undefined) return []
        const ends = new Int32Array(2)
        c.pipe2(ends, O_CLOEXEC)
        const [from = -1, to = -1] = ends
        c.posix_spawn_file_actions_adddup2(actions, to, descriptor)
        return [{ sink, from, to }]
      })
      if (c.tcgetpgrp(0) === c.getpgrp()) c.posix_spawn_file_actions_addtcsetpgrp_np(actions, 0)
      c.posix_spawn_file_actions_addclosefrom_np(actions, 3)
      const pid = new Int32Array(1)
      const errno = c.posix_spawnp(pid, program, actions, attributes, argv, env)
      for (const { to } of pipes) closeSync(to)
      if (errno !== 0) {
        for (const { from } of pipes) closeSync(from)
        return explainStart(errno, textOf(program))
      }
      const started = pid[0] ?? 0
      const end = new Promise<Status>((resolve) => endings.set(started, resolve))
      const drained = pipes.length === 0 ? undefined : Promise.all(pipes.map(({ sink, from }) => drain(from, sink)))
      return { pid: started, end, drained }
    },
    signal: (pid, signal) => void c.kill(-pid, signal),
    replace() {
      const { argv, env, program } = prepare()
      const name = textOf(program)
      // What Bun ignores for itself would stay ignored across execve; handlers reset themselves.
      c.signal(SIGPIPE, 0)
      c.signal(SIGXFSZ, 0)
      c.sigprocmask(2, Buffer.alloc(SIZE_SIGNAL_SET), null)
      c.close_range(3, 0xffff_ffff, CLOSE_RANGE_CLOEXEC)
      let worst = ENOENT
      for (const candidate of candidatesOf(name)) {
        c.execve(Buffer.from(`${candidate}\0`), argv, env)
        const errno = ffi.read.i32(c.__errno_location(), 0)
        if (errno !== ENOENT && errno !== ENOTDIR) worst = errno
        if (errno === ENOEXEC) break
      }
      return explainStart(worst, name)
    },
    sweep() {
      // Killing one orphan hands its children to us; go on until waitpid says that there are none (ECHILD).
      while (c.waitpid(-1, status, WNOHANG) >= 0) {
        const orphans = readChildren()
        if (orphans.length === 0) return
        for (const pid of orphans) c.kill(pid, SIGKILL)
        c.waitpid(-1, status, 0)
      }
    },
    shareReaping(next) {
      shared = next
      if (!next) reap()
    },
    offerToOomKiller(pid) {
      raiseOomScore(pid)
    },
  }
}

/** Hands a pipe's content to a sink until its last writer has closed it. */
async function drain(descriptor: number, sink: Sink): Promise<void> {
  const chunk = Buffer.allocUnsafe(65_536)
  for (;;) {
    const length = await new Promise<number>((resolve) => {
      read(descriptor, chunk, 0, chunk.length, null, (error, bytes) => resolve(error === null ? bytes : 0))
    })
    if (length === 0) return
    await sink(chunk.subarray(0, length))
  }
}

/** NUL-terminated strings laid end to end, as /proc gives them, each as its own view with its NUL. */
function splitStrings(memory: Buffer): readonly Buffer[] {
  const strings: Buffer[] = []
  for (let start = 0, end = memory.indexOf(0); end !== -1; start = end + 1, end = memory.indexOf(0, start)) {
    strings.push(memory.subarray(start, end + 1))
  }
  return strings
}

function textOf(string: Buffer): string {
  return string.toString('utf8', 0, string.length - 1)
}

/** execvp's search, without its habit of giving a file that no program can run to the shell. */
function candidatesOf(program: string): readonly string[] {
  if (program.includes('/')) return [program]
  const path = process.env['PATH'] ?? '/bin:/usr/bin'
  return path.split(':').map((dir) => (dir === '' ? program : `${dir}/${program}`))
}

function explainStart(errno: number, program: string): StartFault {
  switch (errno) {
    case ENOENT:
      return isThere(program)
        ? { code: 127, why: `${program}: the interpreter or loader that it names is not there` }
        : {
            code: 127,
            why: `${program}: not found${program.includes('/') ? '' : ` in PATH=${process.env['PATH'] ?? ''}`}`,
          }
    case EACCES:
      return {
        code: 126,
        why: `${program}: ${isDirectory(program) ? 'is a directory' : 'permission denied; is its execute bit set?'}`,
      }
    case EISDIR:
      return { code: 126, why: `${program}: is a directory` }
    case ENOTDIR:
      return { code: 126, why: `${program}: a part of its path is a file` }
    case ENOEXEC:
      return { code: 126, why: `${program}: not a program of this machine, and it has no #! line` }
    default:
      return { code: 126, why: `${program}: cannot be executed (errno ${errno})` }
  }
}

function isThere(program: string): boolean {
  return program.includes('/') && statSync(program, { throwIfNoEntry: false }) !== undefined
}

function isDirectory(program: string): boolean {
  return statSync(program, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Children of every thread of ours (CONFIG_PROC_CHILDREN; without it there is nothing to go by). */
function readChildren(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

/**
 * The OOM killer chooses by resident memory plus `oom_score_adj` permille of what the cgroup may use. So the command gets
 * as much more as the wrapper weighs itself: enough to go first in its own cgroup, and hardly anything on a whole node.
 * Raising needs no privilege; where it is refused (a set-uid command) the kernel's own choice stands.
 */
function raiseOomScore(pid: number): void {
  try {
    const file = `/proc/${pid}/oom_score_adj`
    const limit = readLimit()
    const weight = limit === undefined ? 1 : Math.ceil((1000 * process.memoryUsage.rss()) / limit) + 1
    writeFileSync(file, String(Math.min(1000, Number(readFileSync(file, 'utf8')) + weight)))
  } catch {
    // Not ours to change.
  }
}

/** The cgroup's memory limit in bytes (v2, then v1), as seen from inside a container. */
function readLimit(): number | undefined {
  for (const path of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    try {
      const bytes = Number(readFileSync(path, 'utf8'))
      if (Number.isFinite(bytes) && bytes > 0) return bytes
    } catch {
      // No such controller here.
    }
  }
  return undefined
}
