/** Every catchable signal, taken at the first instruction and kept until somebody listens. */
export interface Signals {
  /** Gets each signal's number from now on, those that came before first. One listener at a time. */
  listen(listener: (signal: number) => void): void
  /** Adds a signal that was taken in another way. */
  add(signal: number): void
  /** Back to what the kernel does with each, also with those that came before: for what has nothing to clean up. */
  release(): void
}

/**
 * Not taken: KILL and STOP (cannot be), CHLD (the child adapter's), URG (Go and Bun use it inside), and the faults
 * FPE, SEGV, BUS, ILL, TRAP, SYS, which the kernel raises for a broken instruction: catching them would loop.
 * Nor PWR, which Bun's engine keeps for itself. Nor PIPE: the kernel raises it when we write to a reader that is gone, and that is not the command's concern.
 * SIGABRT is taken since Bun answers it with a crash report.
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
