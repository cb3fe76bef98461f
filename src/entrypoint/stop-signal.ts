/** Which signals are requests to stop. Pure. */
import { SIGINT, SIGQUIT, SIGTERM } from '../base/signal.ts'
import { isTakeable, nameSignal, parseSignal } from '../base/signal-names.ts'
import type { Refuse } from '../args/flag-value.ts'

/** CONT, TSTP, TTIN, TTOU come from a terminal; no image uses them as its stop signal. */
const JOB_CONTROL: ReadonlySet<number> = new Set([18, 20, 21, 22])

const SIGCONT = 18

/** Whether a signal stops a process until SIGCONT, unless handled. */
export function isJobStop(signal: number): boolean {
  return JOB_CONTROL.has(signal) && signal !== SIGCONT
}

/** Whether a signal comes from a terminal's job control. */
export function isJobControl(signal: number): boolean {
  return JOB_CONTROL.has(signal)
}

interface Known {
  /** Undefined: the image's stop signal is not known. */
  readonly stopSignal: number | undefined
}

/** A runtime sends SIGTERM or the image's stop signal; Ctrl-C and Ctrl-\ come from a terminal. */
export function isStopSignal(signal: number, { stopSignal }: Known): boolean {
  return meansStop(signal, { stopSignal }) || signal === SIGQUIT
}

/** Whether a signal can only mean a stop. */
export function meansStop(signal: number, { stopSignal }: Known): boolean {
  return signal === SIGTERM || signal === SIGINT || signal === stopSignal
}

/** @returns the clearer one of two stop signals: a JVM answers SIGQUIT with a thread dump */
export function chooseStopSignal(former: number, next: number, { stopSignal }: Known): number {
  const weigh = (signal: number): number => (signal === stopSignal ? 2 : Number(signal === SIGTERM))
  return weigh(next) > weigh(former) ? next : former
}

/** Without knowledge of the image, any signal may be its stop signal: postgres SIGINT, nginx SIGQUIT, httpd SIGWINCH, systemd SIGRTMIN+3. */
export function mayMeanStop(signal: number, { stopSignal }: Known): boolean {
  return stopSignal === undefined && !JOB_CONTROL.has(signal)
}

export function readSignal(flag: string, text: string, refuse: Refuse): number {
  const signal = parseSignal(text)
  if (signal === undefined) refuse(`${flag} takes a signal such as SIGTERM, QUIT or SIGRTMIN+3, not "${text}"`)
  else if (!isTakeable(signal)) refuse(`${flag}: ${nameSignal(signal)} cannot be caught; name another signal`)
  return signal ?? SIGTERM
}
