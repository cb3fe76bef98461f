/**
 * Signals by their names, as Kubernetes' `lifecycle.stopSignal` and an image's STOPSIGNAL have them (pkg/apis/core/validation,
 * supportedStopSignals); numbers of Linux on amd64 and arm64 (signal(7)).
 */

/** Names in the order of their numbers, from 1. Every wrapper loads this file, and hardly any names a signal: so it is no list yet. */
const NAMES =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'

/** What glibc leaves to applications: it keeps 32 and 33 for itself. */
const RTMIN = 34
const RTMAX = 64

/** Others for the same, and the ends of the real-time ones. */
const listOthers = (): readonly (readonly [string, number])[] => [
  ['IOT', 6],
  ['POLL', 29],
  ['RTMIN', RTMIN],
  ['RTMAX', RTMAX],
]

/** @returns every name without an offset, for proposals: `SIGHUP`, `SIGINT`, … */
export function listSignalNames(): readonly string[] {
  return [...NAMES.split(' '), ...listOthers().map(([name]) => name)].map((name) => `SIG${name}`)
}

/** `SIGTERM`, `TERM`, `15`, `SIGRTMIN+3`, whatever the case. @returns its number; undefined for what is no signal */
export function parseSignal(text: string): number | undefined {
  const word = text.toUpperCase().replace(/^SIG/, '')
  const known = NAMES.split(' ').indexOf(word) + 1
  if (known > 0) return known
  const other = listOthers().find(([name]) => name === word)
  if (other !== undefined) return other[1]
  const [, base, sign, offset] = /^(RTMIN|RTMAX)([+-])(\d{1,2})$/.exec(word) ?? []
  const from = base === 'RTMAX' ? RTMAX : RTMIN
  const number = base === undefined ? Number(/^\d{1,2}$/.exec(word)?.[0] ?? 0) : from + Number(`${sign}${offset}`)
  const least = base === undefined ? 1 : RTMIN
  return number >= least && number <= RTMAX ? number : undefined
}

/** As Kubernetes writes it (core/v1, Signal): `SIGTERM`, `SIGRTMIN+3`, `SIGRTMAX-2`. */
export function nameSignal(number: number): string {
  const [up, down] = [number - RTMIN, RTMAX - number]
  if (up < 0 || down < 0) return `SIG${NAMES.split(' ')[number - 1] ?? number}`
  if (up === 0 || down === 0) return up === 0 ? 'SIGRTMIN' : 'SIGRTMAX'
  return up <= 15 ? `SIGRTMIN+${up}` : `SIGRTMAX-${down}`
}

/**
 * What no wrapper can take, and so answer: SIGKILL and SIGSTOP are the kernel's, 32 and 33 glibc's, the faults (ILL, TRAP, BUS, FPE, SEGV,
 * SYS) are raised by broken instructions, CHLD, PIPE and URG tell of other things, and PWR is the engine's.
 */
const NOT_TAKEABLE = [4, 5, 7, 8, 9, 11, 13, 17, 19, 23, 30, 31, 32, 33]

/** Whether a wrapper can take a signal: then it can mean that the command is to stop. */
export function isTakeable(number: number): boolean {
  return !NOT_TAKEABLE.includes(number)
}
