/** The C library through bun:ffi. Loading node:fs instead costs the hot path 0.9 ms and 0.6 MiB. */
import type * as BunFfi from 'bun:ffi'

/** Functions that every run of a command needs. Each one costs every wrapper some 20 us and 5 KiB. */
const ALWAYS = {
  posix_spawnp: { args: ['ptr', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'], returns: 'i32' },
  posix_spawn_file_actions_init: { args: ['ptr'], returns: 'i32' },
  posix_spawn_file_actions_addclosefrom_np: { args: ['ptr', 'i32'], returns: 'i32' },
  posix_spawnattr_init: { args: ['ptr'], returns: 'i32' },
  posix_spawnattr_setflags: { args: ['ptr', 'i16'], returns: 'i32' },
  posix_spawnattr_setsigdefault: { args: ['ptr', 'ptr'], returns: 'i32' },
  posix_spawnattr_setsigmask: { args: ['ptr', 'ptr'], returns: 'i32' },
  waitpid: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
  kill: { args: ['i32', 'i32'], returns: 'i32' },
  tcgetpgrp: { args: ['i32'], returns: 'i32' },
  prctl: { args: ['i32', 'u64', 'u64', 'u64', 'u64'], returns: 'i32' },
  open: { args: ['ptr', 'i32', 'i32'], returns: 'i32' },
  close: { args: ['i32'], returns: 'i32' },
  read: { args: ['i32', 'ptr', 'usize'], returns: 'i64_fast' },
  write: { args: ['i32', 'ptr', 'usize'], returns: 'i64_fast' },
  __errno_location: { args: [], returns: 'ptr' },
} as const

/** For flags and wait files. This table and the following ones are created only when needed. */
const listFileCalls = () =>
  ({
    rename: { args: ['ptr', 'ptr'], returns: 'i32' },
    unlink: { args: ['ptr'], returns: 'i32' },
    mkdir: { args: ['ptr', 'i32'], returns: 'i32' },
    chmod: { args: ['ptr', 'i32'], returns: 'i32' },
    statx: { args: ['i32', 'ptr', 'i32', 'u32', 'ptr'], returns: 'i32' },
    getdents64: { args: ['i32', 'ptr', 'usize'], returns: 'i64_fast' },
  }) as const

/** For the log. */
const listOutputCalls = () =>
  ({
    fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
    poll: { args: ['ptr', 'u64', 'i32'], returns: 'i32' },
  }) as const

/** For the liveness socket. */
const listSocketCalls = () =>
  ({
    socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
    bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
    listen: { args: ['i32', 'i32'], returns: 'i32' },
    umask: { args: ['u32'], returns: 'u32' },
  }) as const

/** For signal handlers in machine code. */
const listHandlerCalls = () =>
  ({
    mmap: { args: ['usize', 'usize', 'i32', 'i32', 'i32', 'i64'], returns: 'usize' },
    mprotect: { args: ['usize', 'usize', 'i32'], returns: 'i32' },
    signal: { args: ['i32', 'usize'], returns: 'usize' },
  }) as const

/** For terminals, copies of the output, `--exec`, and the removal of files in the way. */
const listSeldomCalls = () =>
  ({
    posix_spawn_file_actions_adddup2: { args: ['ptr', 'i32', 'i32'], returns: 'i32' },
    posix_spawn_file_actions_addtcsetpgrp_np: { args: ['ptr', 'i32'], returns: 'i32' },
    tcsetpgrp: { args: ['i32', 'i32'], returns: 'i32' },
    getpgrp: { args: [], returns: 'i32' },
    pipe2: { args: ['ptr', 'i32'], returns: 'i32' },
    sigprocmask: { args: ['i32', 'ptr', 'ptr'], returns: 'i32' },
    signal: { args: ['i32', 'usize'], returns: 'usize' },
    close_range: { args: ['u32', 'u32', 'i32'], returns: 'i32' },
    getrlimit: { args: ['i32', 'ptr'], returns: 'i32' },
    setrlimit: { args: ['i32', 'ptr'], returns: 'i32' },
    connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
    rmdir: { args: ['ptr'], returns: 'i32' },
    execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'i32' },
  }) as const

type Calls<Table extends Record<string, BunFfi.Signature>> = BunFfi.Functions<Table>

export interface Library extends Calls<typeof ALWAYS> {
  /** Opened at the first call. */
  readonly files: () => Calls<ReturnType<typeof listFileCalls>>
  readonly output: () => Calls<ReturnType<typeof listOutputCalls>>
  readonly sockets: () => Calls<ReturnType<typeof listSocketCalls>>
  readonly handlers: () => Calls<ReturnType<typeof listHandlerCalls>>
  readonly seldom: () => Calls<ReturnType<typeof listSeldomCalls>>
  /** The address of memory that C keeps a pointer to. The caller must keep the memory alive. */
  readonly addressOf: (memory: NodeJS.ArrayBufferView) => number
  /** Memory that C has allocated. */
  readonly viewOf: (address: number, length: number) => ArrayBuffer
  /** A function in our own machine code. */
  readonly functionAt: (address: number, signature: BunFfi.Signature) => (...args: number[]) => number
  /** The error of the last call, if it failed. */
  readonly errno: () => number
}

/** @returns undefined where there is no bun:ffi, or a C library without these functions (glibc < 2.35, musl). */
export async function openLibrary(): Promise<Library | undefined> {
  if (process.versions['bun'] === undefined) return undefined
  const { dlopen, linkSymbols, ptr, read, toArrayBuffer } = await import('bun:ffi')
  const open = <const Table extends Record<string, BunFfi.Signature>>(table: Table) =>
    dlopen('libc.so.6', table).symbols
  const once = <Value>(make: () => Value): (() => Value) => {
    let made: Value | undefined
    return () => (made ??= make())
  }
  try {
    const always = open(ALWAYS)
    // Each thread has its own address, and JavaScript runs in one thread.
    const location = always.__errno_location()
    return {
      ...always,
      files: once(() => open(listFileCalls())),
      output: once(() => open(listOutputCalls())),
      sockets: once(() => open(listSocketCalls())),
      handlers: once(() => open(listHandlerCalls())),
      seldom: once(() => open(listSeldomCalls())),
      addressOf: ptr,
      viewOf: (address, length) => toArrayBuffer(address, 0, length),
      functionAt: (address, signature) => linkSymbols({ call: { ...signature, ptr: address } }).symbols.call,
      errno: () => read.i32(location, 0),
    }
  } catch {
    return undefined
  }
}
