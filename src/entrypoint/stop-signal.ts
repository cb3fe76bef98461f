/** Which signals mean that the command is to stop. Pure. */
import { SIGINT, SIGQUIT, SIGTERM } from '../base/signal.ts'
import { isTakeable, nameSignal, parseSignal } from '../base/signal-names.ts'
import type { Refuse } from '../args/flag-value.ts'

/** CONT, TSTP, TTIN, TTOU: a terminal's, which no image names as its stop signal. */
const JOB_CONTROL: ReadonlySet<number> = new Set([18, 20, 21, 22])

const SIGCONT = 18

/** Stops a process until SIGCONT, unless it takes it. */
export function isJobStop(signal: number): boolean {
  return JOB_CONTROL.has(signal) && signal !== SIGCONT
}

/** A terminal's. */
export function isJobControl(signal: number): boolean {
  return JOB_CONTROL.has(signal)
}

interface Known {
  /** Undefined: the image's is not known. */
  readonly stopSignal: number | undefined
}

/** A runtime sends SIGTERM or what the image says; Ctrl-C and Ctrl-\ come from a terminal. */
export function isStopSignal(signal: number, { stopSignal }: Known): boolean {
  return meansStop(signal, { stopSignal }) || signal === SIGQUIT
}

/** Whether no program does anything else by it than to stop. */
export function meansStop(signal: number, { stopSignal }: Known): boolean {
  return signal === SIGTERM || signal === SIGINT || signal === stopSignal
}

/** The one of two stop signals that means it more surely: a JVM answers SIGQUIT with a thread dump. */
export function chooseStopSignal(former: number, next: number, { stopSignal }: Known): number {
  const weigh = (signal: number): number => (signal === stopSignal ? 2 : Number(signal === SIGTERM))
  return weigh(next) > weigh(former) ? next : former
}

/** An image that nobody has looked at may name any signal: postgres SIGINT, nginx SIGQUIT, httpd SIGWINCH, systemd SIGRTMIN+3. */
export function mayMeanStop(signal: number, { stopSignal }: Known): boolean {
  return stopSignal === undefined && !JOB_CONTROL.has(signal)
}

export function readSignal(flag: string, text: string, refuse: Refuse): number {
  const signal = parseSignal(text)
  if (signal === undefined) refuse(`${flag} takes a signal such as SIGTERM, QUIT or SIGRTMIN+3, not "${text}"`)
  else if (!isTakeable(signal)) refuse(`${flag}: ${nameSignal(signal)} cannot be caught; name another signal`)
  return signal ?? SIGTERM
}
