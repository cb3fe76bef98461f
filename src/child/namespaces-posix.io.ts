/**
 * Starts a command in its own network, PID, mount and user namespaces. The user namespace gives the right to create the others,
 * so no capability is needed. A process with threads cannot unshare(2) a user namespace, but it can clone(2) one. Between clone
 * and exec no JavaScript can run. So machine instructions clone, and make a list of system calls in the child.
 */
import type { Library } from '../base/libc.io.ts'
import { CODE_NOT_EXECUTABLE, CODE_NOT_FOUND } from '../base/exit-code.ts'
import type { Files } from '../base/files.ts'
import { SIGKILL } from '../base/signal.ts'
import { describeError } from '../base/system-error.ts'
import { decodeUtf8 } from '../base/utf8.ts'
import type { StartFault } from './child.ts'
import { loadMachineCode, shareMemory } from './machine-code.io.ts'
import {
  candidatesOf,
  CLOSE_RANGE_CLOEXEC,
  explainStart,
  openPipe,
  type Output,
  type Pipe,
  SIG_SETMASK,
  SIZE_SIGNAL_SET,
  type StartElsewhere,
  weighErrors,
  wordOf,
} from './start-posix.io.ts'

const CLONE_NEWNS = 0x0002_0000
const CLONE_NEWUSER = 0x1000_0000
const CLONE_NEWPID = 0x2000_0000
const CLONE_NEWNET = 0x4000_0000
const SIGCHLD = 17
const LAST_SIGNAL = 64
const EPERM = 1
const EINTR = 4
const ENOSPC = 28
/** Sizes in the kernel, not in glibc: a mask of 8 bytes, and a struct sigaction of 4 words. */
const SIGNAL_SET_BYTES = 8
const SIGACTION_BYTES = 32

interface Machine {
  /** `(list, flags)`: clones with these flags, and makes the system calls of the list in the child. Returns in the parent only. */
  readonly instructions: readonly number[]
  readonly calls: Readonly<
    Record<'read' | 'close' | 'setpgid' | 'dup3' | 'closeRange' | 'action' | 'mask' | 'execve' | 'exit', number>
  >
}

/** A row is 6 words of 8 bytes: the number of the system call, four arguments, and the result. */
const ROW_WORDS = 6
const RESULT = 5
const ROW_BYTES = 8 * ROW_WORDS

const MACHINES: Readonly<Record<string, Machine>> = {
  x64: {
    instructions: [
      ...[0x49, 0x89, 0xf9], // mov r9, rdi: the list
      ...[0x48, 0x89, 0xf7], // mov rdi, rsi: the flags
      ...[0x31, 0xf6], // xor esi, esi: a copy of this stack
      ...[0x31, 0xd2, 0x45, 0x31, 0xd2, 0x45, 0x31, 0xc0], // xor edx, edx; xor r10d, r10d; xor r8d, r8d
      ...[0xb8, 0x38, 0, 0, 0], // mov eax, clone
      ...[0x0f, 0x05], // syscall
      ...[0x85, 0xc0, 0x74, 0x01, 0xc3], // test eax, eax; jz over the ret; ret
      ...[0x49, 0x8b, 0x01], // mov rax, [r9]
      ...[0x49, 0x8b, 0x79, 0x08], // mov rdi, [r9 + 8]
      ...[0x49, 0x8b, 0x71, 0x10], // mov rsi, [r9 + 16]
      ...[0x49, 0x8b, 0x51, 0x18], // mov rdx, [r9 + 24]
      ...[0x4d, 0x8b, 0x51, 0x20], // mov r10, [r9 + 32]
      ...[0x0f, 0x05], // syscall
      ...[0x49, 0x89, 0x41, 0x28], // mov [r9 + 40], rax
      ...[0x49, 0x83, 0xc1, 0x30], // add r9, 48
      ...[0xeb, 0xe1], // jmp to the first instruction of the row
    ],
    calls: {
      ...{ read: 0, close: 3, setpgid: 109, dup3: 292, closeRange: 436, action: 13, mask: 14, execve: 59, exit: 231 },
    },
  },
  arm64: {
    instructions: [
      ...[0xe9, 0x03, 0x00, 0xaa], // mov x9, x0: the list
      ...[0xe0, 0x03, 0x01, 0xaa], // mov x0, x1: the flags
      ...[0x01, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x80, 0xd2], // mov x1, 0: a copy of this stack; mov x2, 0
      ...[0x03, 0x00, 0x80, 0xd2, 0x04, 0x00, 0x80, 0xd2], // mov x3, 0; mov x4, 0
      ...[0x88, 0x1b, 0x80, 0xd2], // mov x8, clone
      ...[0x01, 0x00, 0x00, 0xd4], // svc 0
      ...[0x40, 0x00, 0x00, 0xb4, 0xc0, 0x03, 0x5f, 0xd6], // cbz x0, over the ret; ret
      ...[0x28, 0x01, 0xc1, 0xa8], // ldp x8, x0, [x9], 16
      ...[0x21, 0x09, 0xc1, 0xa8], // ldp x1, x2, [x9], 16
      ...[0x23, 0x85, 0x40, 0xf8], // ldr x3, [x9], 8
      ...[0x01, 0x00, 0x00, 0xd4], // svc 0
      ...[0x20, 0x85, 0x00, 0xf8], // str x0, [x9], 8
      ...[0xfb, 0xff, 0xff, 0x17], // b to the first instruction of the row
    ],
    calls: {
      ...{
        read: 63,
        close: 57,
        setpgid: 154,
        dup3: 24,
        closeRange: 436,
        action: 134,
        mask: 135,
        execve: 221,
        exit: 94,
      },
    },
  },
}

/** Starts a command without a network (only a loopback that is down) and as the first process of its PID namespace. */
export function createIsolatedStart(c: Library, files: Files): StartElsewhere {
  /** Memory that C points to must not be collected. */
  const kept: Uint8Array[] = []
  return ({ argv, env, program }, outputs) => {
    const fault = (why: string): StartFault => ({
      code: CODE_NOT_EXECUTABLE,
      why: `${wordOf(program)} without a network: ${why}`,
    })
    const machine = MACHINES[process.arch]
    const code = machine === undefined ? undefined : loadMachineCode(c, Uint8Array.from(machine.instructions))
    if (machine === undefined || code === undefined) return fault('no memory may be executed here')
    const permit = openPipe(c)
    const report = openPipe(c)
    if (report.to < 0) {
      for (const descriptor of [permit.from, permit.to]) c.close(descriptor)
      return fault('no file descriptor is left')
    }
    const paths = candidatesOf(program).map(pointTo)
    const rows = [
      ...listPreparations(machine, permit, outputs),
      ...paths.map((path) => [machine.calls.execve, path, c.addressOf(argv), c.addressOf(env)]),
      [machine.calls.exit, CODE_NOT_FOUND],
    ]
    const list = shareMemory(c, rows.length * ROW_BYTES)
    if (list === undefined) return fault('no memory is left')
    const words = new BigInt64Array(c.viewOf(list, rows.length * ROW_BYTES))
    for (const [index, row] of rows.entries()) words.set(row.map(BigInt), index * ROW_WORDS)
    const { pid, withUsers } = clone(code, list)
    c.close(report.to)
    c.close(permit.from)
    const why = pid < 0 ? explainClone(-pid) : withUsers ? mapIdentities(pid) : undefined
    if (why === undefined) {
      c.write(permit.to, new Uint8Array(1), 1)
      awaitEnd(report.from)
    } else if (pid > 0) c.kill(pid, SIGKILL)
    c.close(permit.to)
    c.close(report.from)
    // A successful execve does not return, so its row and all later rows keep the result 0.
    const errors = paths.map(
      (_, index) => -Number(words[(rows.length - 1 - paths.length + index) * ROW_WORDS + RESULT]),
    )
    if (why === undefined && errors.includes(0)) return pid
    if (pid > 0) c.waitpid(pid, new Int32Array(1), 0)
    return why === undefined ? explainStart(weighErrors(program, errors), wordOf(program), files) : fault(why)
  }

  function pointTo(memory: Uint8Array): number {
    kept.push(memory)
    return c.addressOf(memory)
  }

  /** The child's steps after the permit; they match what posix_spawn does for other commands. */
  function listPreparations(
    { calls }: Machine,
    permit: Pipe,
    outputs: readonly Output[],
  ): readonly (readonly number[])[] {
    const signals = Array.from({ length: LAST_SIGNAL }, (_, index) => index + 1)
    const byDefault = pointTo(new Uint8Array(SIGACTION_BYTES))
    return [
      // The child reads the permit of the wrapper, or the end of the pipe when the wrapper has died.
      [calls.close, permit.to],
      [calls.read, permit.from, pointTo(new Uint8Array(1)), 1],
      [calls.setpgid, 0, 0],
      ...outputs.map(({ to, as }) => [calls.dup3, to, as, 0]),
      [calls.closeRange, 3, 0xffff_ffff, CLOSE_RANGE_CLOEXEC],
      ...signals.map((signal) => [calls.action, signal, byDefault, 0, SIGNAL_SET_BYTES]),
      [calls.mask, SIG_SETMASK, pointTo(new Uint8Array(SIGNAL_SET_BYTES)), 0, SIGNAL_SET_BYTES],
    ]
  }

  /** Clones with a user namespace, or without one if that fails, which needs CAP_SYS_ADMIN. @returns a negative errno as the pid on failure */
  function clone(code: number, list: number): { readonly pid: number; readonly withUsers: boolean } {
    const run = c.functionAt(code, { args: ['usize', 'usize'], returns: 'i32' })
    const flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | SIGCHLD
    const before = new Uint8Array(SIZE_SIGNAL_SET)
    // The engine's signal handlers must not run in the child: they would write to descriptors that it shares with us.
    c.seldom().sigprocmask(SIG_SETMASK, new Uint8Array(SIZE_SIGNAL_SET).fill(0xff), before)
    const pid = run(list, flags | CLONE_NEWUSER)
    const other = pid < 0 ? run(list, flags) : pid
    c.seldom().sigprocmask(SIG_SETMASK, before, null)
    return { pid: other > 0 ? other : pid, withUsers: pid > 0 }
  }

  /**
   * Maps every ID to itself, as Tekton's entrypoint does. This needs CAP_SETUID and CAP_SETGID. Without them only our own ID is
   * mapped, which for root needs CAP_SETFCAP (user_namespaces(7)).
   */
  function mapIdentities(pid: number): string | undefined {
    const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
    try {
      for (const kind of ['uid', 'gid'] as const) {
        const map = `/proc/${pid}/${kind}_map`
        const ranges = decodeUtf8(files.read(`/proc/self/${kind}_map`)).replaceAll(
          /^ *(\d+) +\d+ +(\d+)$/gm,
          '$1 $1 $2',
        )
        try {
          files.write(map, ranges)
        } catch {
          if (kind === 'gid') files.write(`/proc/${pid}/setgroups`, 'deny')
          files.write(map, `${own[kind]} ${own[kind]} 1\n`)
        }
      }
    } catch (error) {
      const need = own.uid === 0 ? '; root needs CAP_SETUID, CAP_SETGID and CAP_SETFCAP for that' : ''
      return `the identities of its user namespace cannot be set: ${describeError(error)}${need}`
    }
    return undefined
  }

  /** Waits until the last writer closes the pipe: the child has become the command, or has ended. */
  function awaitEnd(descriptor: number): void {
    const byte = new Uint8Array(1)
    while (c.read(descriptor, byte, 1) === -1 && c.errno() === EINTR);
  }
}

function explainClone(errno: number): string {
  const cause = errno === ENOSPC ? 'user.max_user_namespaces is reached' : errno === EPERM ? 'EPERM' : `errno ${errno}`
  return `no user namespace can be made here (clone: ${cause}); allow them on the node, or give the step CAP_SYS_ADMIN`
}
