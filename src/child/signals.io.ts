/** Every catchable signal, handled from the first instruction on and kept until there is a listener. */
export interface Signals {
  /** Passes each signal's number to the listener, earlier signals first. There is one listener at a time. */
  listen(listener: (signal: number) => void): void
  /** Adds a signal that was received in another way. */
  add(signal: number): void
  /** Restores the kernel's default for each signal and applies it to earlier ones; for commands that have nothing to clean up. */
  release(): void
}

/**
 * Not handled: KILL and STOP (impossible), CHLD (used by the child adapter), URG (Go and Bun use it internally), and FPE, SEGV,
 * BUS, ILL, TRAP, SYS, which the kernel raises for a faulty instruction: a handler would return to it in an endless loop. PWR is
 * used by Bun's engine. PIPE is raised by our own write to a closed pipe, which does not concern the command. SIGABRT is handled
 * because Bun would print a crash report.
 */
const TAKEN = [
  'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGCONT', 'SIGTSTP',
  'SIGTTIN', 'SIGTTOU', 'SIGXCPU', 'SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO', 'SIGABRT',
] as const // prettier-ignore

export function takeSignals(): Signals {
  const early: number[] = []
  let current = (signal: number): void => void early.push(signal)
  for (const name of TAKEN) process.on(name, (_name: string, number: number) => current(number))
  return {
    listen(listener) {
      current = listener
      for (const signal of early.splice(0)) listener(signal)
    },
    add: (signal) => current(signal),
    release() {
      for (const name of TAKEN) process.removeAllListeners(name)
      for (const signal of early.splice(0)) process.kill(process.pid, signal)
    },
  }
}
