/**
 * Job control. The terminal, or a signal of its kind, stops the command; then this process stops too, so that whoever has started it,
 * a shell mostly, learns of it. When it is continued, so is the command, in the foreground if this process is.
 *
 * It asks the kernel for the stop by that very signal, not by SIGSTOP: where nobody could continue it (a container's first process, an
 * orphaned process group) the kernel takes no notice, and the command goes on at once, as it would have done without a wrapper.
 */
import type { Library } from '../base/libc.io.ts'

const SIGCONT = 18
const SIGTSTP = 20
const SIGTTIN = 21
const SIGTTOU = 22

const SIG_DFL = 0
const SIG_IGN = 1

/** How long a SIGCONT takes at most to be handed on, which came before this process went on. */
const NOT_STOPPED_MS = 20

export interface JobControl {
  /** The command, which leads a process group, has been stopped. */
  follow(pid: number, signal: number): void
  /** To the command's group, which SIGCONT continues. */
  readonly send: (pid: number, signal: number) => void
  /** Stops this process. */
  readonly suspend: (signal: number) => void
  /** Takes the terminal back from a command that has ended: what this process does next, or a script behind it, needs it. */
  reclaim(pid: number): void
}

export function createJobControl(c: Library): JobControl {
  let doubt: NodeJS.Timeout | undefined
  const isForeground = (): boolean => c.tcgetpgrp(0) === c.seldom().getpgrp()

  function suspend(signal: number, target = process.pid): void {
    const handler = c.seldom().signal(signal, SIG_DFL)
    // It returns when this process has been continued, or at once.
    c.kill(target, signal)
    c.seldom().signal(signal, handler)
  }

  function resume(pid: number): void {
    clearTimeout(doubt)
    if (isForeground()) c.seldom().tcsetpgrp(0, pid)
    c.kill(-pid, SIGCONT)
  }

  return {
    send: (pid, signal) => void (signal === SIGCONT ? resume(pid) : c.kill(-pid, signal)),
    suspend: (signal) => suspend(signal),
    follow(pid, signal) {
      // SIGSTOP is for the command alone.
      if (![SIGTSTP, SIGTTIN, SIGTTOU].includes(signal)) return
      // A shell does not continue what it brings to the foreground while it runs.
      if (signal !== SIGTSTP && isForeground()) return resume(pid)
      // The key is meant for all of a pipeline.
      suspend(signal, c.tcgetpgrp(0) === pid ? 0 : process.pid)
      clearTimeout(doubt)
      if (signal === SIGTSTP) doubt = setTimeout(() => c.kill(-pid, SIGCONT), NOT_STOPPED_MS)
    },
    reclaim(pid) {
      if (c.tcgetpgrp(0) !== pid) return
      // Who is not in the foreground gets it for trying.
      const handler = c.seldom().signal(SIGTTOU, SIG_IGN)
      c.seldom().tcsetpgrp(0, c.seldom().getpgrp())
      c.seldom().signal(SIGTTOU, handler)
    },
  }
}
