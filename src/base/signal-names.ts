/**
 * Signals by name, as in Kubernetes' `lifecycle.stopSignal` and an image's STOPSIGNAL (pkg/apis/core/validation,
 * supportedStopSignals). The numbers are those of Linux on amd64 and arm64 (signal(7)).
 */

/** Names in the order of their numbers, from 1. A string and not a list, since every wrapper loads this file and few use a name. */
const NAMES =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'

/** The first real-time signal for applications: glibc reserves 32 and 33. */
const RTMIN = 34
const RTMAX = 64

/** Synonyms, and the first and last of the real-time signals. */
const listOthers = (): readonly (readonly [string, number])[] => [
  ['IOT', 6],
  ['POLL', 29],
  ['RTMIN', RTMIN],
  ['RTMAX', RTMAX],
]

/** @returns every name without an offset, for suggestions: `SIGHUP`, `SIGINT`, … */
export function listSignalNames(): readonly string[] {
  return [...NAMES.split(' '), ...listOthers().map(([name]) => name)].map((name) => `SIG${name}`)
}

/** Reads `SIGTERM`, `TERM`, `15` or `SIGRTMIN+3`, in any case. @returns its number; undefined when it is not a signal */
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
 * Signals that a wrapper cannot handle: SIGKILL and SIGSTOP belong to the kernel, 32 and 33 to glibc. Faulty instructions raise
 * ILL, TRAP, BUS, FPE, SEGV and SYS. CHLD, PIPE and URG report other events, and the engine uses PWR.
 */
const NOT_TAKEABLE = [4, 5, 7, 8, 9, 11, 13, 17, 19, 23, 30, 31, 32, 33]

/** Whether a wrapper can handle a signal. Only such a signal can be a stop signal. */
export function isTakeable(number: number): boolean {
  return !NOT_TAKEABLE.includes(number)
}
