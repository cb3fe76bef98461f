/** Numbers of signals on Linux, the same on amd64 and arm64 (signal(7)). */

export const SIGHUP = 1
export const SIGINT = 2
export const SIGQUIT = 3
export const SIGKILL = 9
export const SIGTERM = 15

/** Signals that ask a program to end, and end one that does not handle them. */
export const ENDING_SIGNALS: ReadonlySet<number> = new Set([SIGHUP, SIGINT, SIGQUIT, SIGTERM])
