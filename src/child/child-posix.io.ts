/**
 * Processes through the C library. Only this way gives a true process group (Bun's `detached` calls setsid, which loses the
 * terminal), byte-exact argv and environment, default signal dispositions and an empty mask, no leaked descriptors, real wait
 * statuses (also of real-time signals), and the reaping of orphans.
 */
import { CODE_NOT_EXECUTABLE } from '../base/exit-code.ts'
import type { Files } from '../base/files.ts'
import type { Child, CommandSource, Running, Sink, StartFault, Status } from './child.ts'
import type { Library } from '../base/libc.io.ts'
import { drain } from './drain.io.ts'
import { createJobControl } from './job-control-posix.io.ts'
import { encodeForC, decodeUtf8 } from '../base/utf8.ts'
import { SIGKILL } from '../base/signal.ts'
import { offerToOomKiller } from './oom.io.ts'
import {
  candidatesOf,
  CLOSE_RANGE_CLOEXEC,
  explainStart,
  openPipe,
  type Output,
  type Pipe,
  type Program,
  SIG_SETMASK,
  SIZE_SIGNAL_SET,
  type StartElsewhere,
  weighErrors,
  wordOf,
} from './start-posix.io.ts'

/** Structure sizes of glibc on x86-64 and aarch64 (80 and 336 bytes), with a margin. */
const SIZE_FILE_ACTIONS = 256
const SIZE_ATTRIBUTES = 1024

/** The exact bytes of this process's environment; process.env is not exact, and reading it is slow. */
export const ENVIRONMENT = '/proc/self/environ'

const POSIX_SPAWN_SETPGROUP = 0x02
const POSIX_SPAWN_SETSIGDEF = 0x04
const POSIX_SPAWN_SETSIGMASK = 0x08
const WNOHANG = 1
const WUNTRACED = 2
const PR_SET_CHILD_SUBREAPER = 36
/** Low byte of the wait status of a stopped process (WIFSTOPPED). */
const STOPPED_BY = 0x7f
const SIGPIPE = 13
const SIGXFSZ = 25

const ENOEXEC = 8

interface Prepared extends Program {
  readonly attributes: Uint8Array
  /** File actions of the usual case: the command inherits our streams and is not put into the terminal's foreground. */
  readonly actions: Uint8Array
  /** Whether stdin is our controlling terminal. */
  readonly terminal: boolean
}

/** @param environment the content of `ENVIRONMENT` */
export function createPosixChild(
  c: Library,
  files: Files,
  environment: Uint8Array,
  { lead, words, hidden }: CommandSource,
  elsewhere?: StartElsewhere,
): Child {
  /** Memory that C points to must not be collected; this list keeps it as long as the process lives. */
  const kept: NodeJS.ArrayBufferView[] = []
  const status = new Int32Array(1)
  const endings = new Map<number, (status: Status) => void>()
  const jobs = createJobControl(c)
  let shared = false
  let prepared: Prepared | undefined

  const keep = <Memory extends NodeJS.ArrayBufferView>(memory: Memory): Memory => {
    kept.push(memory)
    return memory
  }
  const pointTo = (strings: readonly Uint8Array[]): Uint32Array => {
    // Pointers of 8 bytes, little-endian, written as two words each; the last pointer is NULL.
    const pointers = new Uint32Array(2 * (strings.length + 1))
    let index = 0
    for (const string of strings) {
      const address = c.addressOf(string)
      pointers[index++] = address % 2 ** 32
      pointers[index++] = Math.floor(address / 2 ** 32)
    }
    return keep(pointers)
  }
  const wait = (target: number): number => c.waitpid(target, status, WNOHANG | WUNTRACED)
  const reap = (): void => {
    const targets = shared ? [...endings.keys()] : [-1]
    for (const target of targets) {
      for (let pid = wait(target); pid > 0; pid = wait(target)) {
        const raw = status[0] ?? 0
        const tell = endings.get(pid)
        if ((raw & 0xff) === STOPPED_BY) {
          if (tell !== undefined) jobs.follow(pid, (raw >> 8) & 0xff)
          continue
        }
        if (prepared?.terminal === true) jobs.reclaim(pid)
        endings.delete(pid)
        tell?.((raw & 0x7f) === 0 ? { code: (raw >> 8) & 0xff } : { signal: raw & 0x7f })
      }
    }
  }
  const prepare = (): Prepared => {
    if (prepared !== undefined) return prepared
    if (process.pid !== 1) c.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    process.on('SIGCHLD', reap)
    const ours = splitStrings(keep(files.read('/proc/self/cmdline')))
    const argv = [
      ...(lead.length === 0 ? [] : lead.map((word) => keep(encodeForC(word)))),
      ...ours.slice(ours.length - words),
    ]
    const whole = splitStrings(keep(environment))
    const env = hidden === undefined ? whole : whole.filter((string) => !wordOf(string).startsWith(`${hidden}=`))
    const attributes = keep(new Uint8Array(SIZE_ATTRIBUTES))
    // Not sigfillset, which omits glibc's own signals (32, 33): posix_spawn would leave them ignored in the command.
    const every = new Uint8Array(SIZE_SIGNAL_SET).fill(0xff)
    c.posix_spawnattr_init(attributes)
    c.posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
    c.posix_spawnattr_setsigdefault(attributes, every)
    c.posix_spawnattr_setsigmask(attributes, new Uint8Array(SIZE_SIGNAL_SET))
    prepared = {
      argv: pointTo(argv),
      env: pointTo(env),
      program: argv[0] ?? new Uint8Array(1),
      attributes,
      actions: keep(beginActions()),
      terminal: c.tcgetpgrp(0) >= 0,
    }
    c.posix_spawn_file_actions_addclosefrom_np(prepared.actions, 3)
    return prepared
  }
  const beginActions = (): Uint8Array => {
    const actions = new Uint8Array(SIZE_FILE_ACTIONS)
    c.posix_spawn_file_actions_init(actions)
    return actions
  }
  const openPipes = (sinks: readonly (Sink | undefined)[]) =>
    sinks.flatMap((sink, index) => {
      return sink === undefined ? [] : [{ sink, ...openPipe(c), as: index + 1 }]
    })
  const spawnHere = (outputs: readonly Output[]): number | StartFault => {
    const { argv, env, program, attributes, terminal, ...usual } = prepare()
    const foreground = terminal && c.tcgetpgrp(0) === c.seldom().getpgrp()
    const plain = outputs.length === 0 && !foreground
    const actions = plain ? usual.actions : beginActions()
    for (const { to, as } of outputs) c.seldom().posix_spawn_file_actions_adddup2(actions, to, as)
    if (foreground) c.seldom().posix_spawn_file_actions_addtcsetpgrp_np(actions, 0)
    if (!plain) c.posix_spawn_file_actions_addclosefrom_np(actions, 3)
    const started = new Int32Array(1)
    const errno = c.posix_spawnp(started, program, actions, attributes, argv, env)
    return errno === 0 ? (started[0] ?? 0) : explainStart(errno, wordOf(program), files)
  }
  const spawnWith = (outputs: readonly Output[]): number | StartFault =>
    elsewhere === undefined ? spawnHere(outputs) : elsewhere(prepare(), outputs)
  /** A loop, since every start comes here and a method of arrays is compiled at its first call. */
  const hasAll = (pipes: readonly Pipe[]): boolean => {
    for (const { from } of pipes) if (from < 0) return false
    return true
  }
  const explainPipes = (): StartFault => {
    return {
      code: CODE_NOT_EXECUTABLE,
      why: `${wordOf(prepare().program)}: no file descriptor is left for a copy of its output`,
    }
  }

  return {
    prepare: () => void prepare(),
    spawn({ stdout, stderr }): Running | StartFault {
      // The engine compiles an array method at its first call, which would add 0.1 ms to every start.
      const pipes = stdout === undefined && stderr === undefined ? [] : openPipes([stdout, stderr])
      const pid = hasAll(pipes) ? spawnWith(pipes) : explainPipes()
      for (const { to } of pipes) c.close(to)
      if (typeof pid !== 'number') {
        for (const { from } of pipes) c.close(from)
        return pid
      }
      const end = new Promise<Status>((resolve) => endings.set(pid, resolve))
      const drained = pipes.length === 0 ? undefined : Promise.all(pipes.map(({ sink, from }) => drain(from, sink)))
      return { pid, end, drained }
    },
    ...{ signal: jobs.send, suspend: jobs.suspend },
    replace() {
      const { argv, env, program } = prepare()
      // A signal that Bun ignores would stay ignored after execve. The kernel itself resets handlers.
      c.seldom().signal(SIGPIPE, 0)
      c.seldom().signal(SIGXFSZ, 0)
      c.seldom().sigprocmask(SIG_SETMASK, new Uint8Array(SIZE_SIGNAL_SET), null)
      c.seldom().close_range(3, 0xffff_ffff, CLOSE_RANGE_CLOEXEC)
      const errors: number[] = []
      for (const candidate of candidatesOf(program)) {
        c.seldom().execve(candidate, argv, env)
        errors.push(c.errno())
        if (errors.at(-1) === ENOEXEC) break
      }
      return explainStart(weighErrors(program, errors), wordOf(program), files)
    },
    sweep() {
      // When an orphan is killed, its children become ours. Repeat until waitpid reports no children (ECHILD).
      while (c.waitpid(-1, status, WNOHANG) >= 0) {
        const killed = listChildren(files).filter((pid) => c.kill(pid, SIGKILL) === 0)
        // Only root may kill a process that has changed its user (sudo), and without the kill the wait could last forever.
        if (killed.length === 0) return
        for (const pid of killed) c.waitpid(pid, status, 0)
      }
    },
    shareReaping(next) {
      shared = next
      if (!next) reap()
    },
    offerToOomKiller: (pid) => offerToOomKiller(pid, files),
  }
}

export function readVariable(name: string, environment: Uint8Array): string | undefined {
  const start = `${name}=`
  return splitStrings(environment)
    .map(wordOf)
    .find((string) => string.startsWith(start))
    ?.slice(start.length)
}

/** Splits NUL-terminated strings, as in /proc, into views that keep their NUL. */
function splitStrings(memory: Uint8Array): readonly Uint8Array[] {
  const strings: Uint8Array[] = []
  for (let start = 0, end = memory.indexOf(0); end !== -1; start = end + 1, end = memory.indexOf(0, start)) {
    strings.push(memory.subarray(start, end + 1))
  }
  return strings
}

/** Lists the children of all our threads (CONFIG_PROC_CHILDREN). Without that kernel option the list is empty. */
function listChildren(files: Files): readonly number[] {
  try {
    return files
      .list('/proc/self/task')
      .flatMap((thread) => decodeUtf8(files.read(`/proc/self/task/${thread}/children`)).split(' '))
      .filter((word) => word !== '')
      .map(Number)
  } catch {
    return []
  }
}
