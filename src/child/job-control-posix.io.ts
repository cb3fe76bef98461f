/**
 * Job control. When the terminal or a job-control signal stops the command, this process stops too, so that its parent, usually a
 * shell, learns of it. When this process is continued, it continues the command, in the foreground if this process is there.
 *
 * This process stops itself with the same signal, not with SIGSTOP. Where no process could continue it (a container's first
 * process, an orphaned process group), the kernel ignores that signal. The command then continues at once, as it would without a
 * wrapper.
 */
import type { Library } from '../base/libc.io.ts'

const SIGCONT = 18
const SIGTSTP = 20
const SIGTTIN = 21
const SIGTTOU = 22

const SIG_DFL = 0
const SIG_IGN = 1

/** The longest delay of a SIGCONT that was sent before this process continued. */
const NOT_STOPPED_MS = 20

export interface JobControl {
  /** Called when the command, which leads a process group, has been stopped. */
  follow(pid: number, signal: number): void
  /** Sends a signal to the command's group. SIGCONT also restores its place in the foreground. */
  readonly send: (pid: number, signal: number) => void
  /** Stops this process. */
  readonly suspend: (signal: number) => void
  /** Takes the terminal back from a command that has ended, because this process or the calling script needs it next. */
  reclaim(pid: number): void
}

export function createJobControl(c: Library): JobControl {
  let doubt: NodeJS.Timeout | undefined
  const isForeground = (): boolean => c.tcgetpgrp(0) === c.seldom().getpgrp()

  function suspend(signal: number, target = process.pid): void {
    const handler = c.seldom().signal(signal, SIG_DFL)
    // The call returns when this process has been continued, or at once if the kernel ignored the signal.
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
      // SIGSTOP was sent to the command alone.
      if (![SIGTSTP, SIGTTIN, SIGTTOU].includes(signal)) return
      // A shell sends no SIGCONT to a running job that it brings to the foreground.
      if (signal !== SIGTSTP && isForeground()) return resume(pid)
      // Ctrl-Z stops a whole pipeline, so the signal goes to our process group.
      suspend(signal, c.tcgetpgrp(0) === pid ? 0 : process.pid)
      clearTimeout(doubt)
      if (signal === SIGTSTP) doubt = setTimeout(() => c.kill(-pid, SIGCONT), NOT_STOPPED_MS)
    },
    reclaim(pid) {
      if (c.tcgetpgrp(0) !== pid) return
      // A process in the background that changes the foreground group gets SIGTTOU.
      const handler = c.seldom().signal(SIGTTOU, SIG_IGN)
      c.seldom().tcsetpgrp(0, c.seldom().getpgrp())
      c.seldom().signal(SIGTTOU, handler)
    },
  }
}
