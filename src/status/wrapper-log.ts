/**
 * Reads the wrapper's lines in a container's log, between those of its command: when it began to wait, when it started the command,
 * and how that ended, in ms. `base/log.io.ts` writes these lines. Pure.
 */
import { parseDuration } from '../base/duration.ts'
import { readObject } from '../base/json-object.ts'
import { CODE_SIGNAL } from '../base/exit-code.ts'
import { tidy } from '../base/wording.ts'
import { LOG_WORDS } from '../entrypoint/log-words.ts'
import { textOf } from '../pod/api-object.ts'

/** The facts in the lines of one incarnation. All times are ms since 1970. A missing fact has not happened, or its line is lost. */
export interface WrapperLog {
  /** The time of the first line. */
  readonly sinceMs: number
  readonly startedMs?: number
  readonly readyMs?: number
  readonly endedMs?: number
  readonly exitCode?: number
  readonly reason?: string
  readonly message?: string
  /** The time from the stop signal to the kill of the command. */
  readonly killedAfterMs?: number
  /** Whether the command was never started, since another container had failed. */
  readonly skipped?: boolean
  /** The current wait and its reason, in the wrapper's words: `db/ready (not started yet)`. */
  readonly waiting?: string
  /** Why the container is not ready: the result of the last probe. */
  readonly unready?: string
  /** Why a dependency was lost, so that the command restarts (`restart: true`); until it runs again. */
  readonly lost?: string
  /** The command has stopped because of that. */
  readonly stopped?: boolean
  /** How often it has stopped so in this incarnation, and why the last time. */
  readonly anew?: { readonly times: number; readonly why: string }
}

interface WrapperLine {
  readonly atMs: number
  readonly message: string
  readonly exitCode?: number
  readonly reason?: string
  readonly event?: string
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
/** A line of the wrapper; it may follow output of the command that has no line end. */
const TEXT = new RegExp(`(${TIME}) entrypoint (\\S+): (.*)$`)
const JSON_LINE = new RegExp(`\\{"at":"${TIME}","event":".*\\}$`)

/** @returns undefined when it is not a line of this container's wrapper */
export function readWrapperLine(line: string, container: string): WrapperLine | undefined {
  const text = TEXT.exec(line)
  if (text !== null) {
    const [, at = '', name, message = ''] = text
    return name === container ? { atMs: Date.parse(at), message } : undefined
  }
  const found = JSON_LINE.exec(line)
  const object = found === null ? undefined : readObject(found[0])
  if (object === undefined || textOf(object, 'container') !== container) return undefined
  const { exitCode } = object
  const reason = textOf(object, 'reason')
  return {
    ...{ atMs: Date.parse(textOf(object, 'at')), message: textOf(object, 'message'), event: textOf(object, 'event') },
    ...(typeof exitCode === 'number' ? { exitCode } : {}),
    ...(reason === '' ? {} : { reason }),
  }
}

/** Adds one more line of the same incarnation. */
export function recordLine(log: WrapperLog | undefined, line: WrapperLine): WrapperLog {
  const { atMs, message } = line
  const known: WrapperLog = log ?? { sinceMs: atMs }
  const { waiting: _waiting, unready: _unready, ...rest } = known
  const after = (beginning: string): string | undefined =>
    message.startsWith(beginning) ? message.slice(beginning.length) : undefined
  const waiting = after(LOG_WORDS.waiting)
  if (waiting !== undefined) return { ...rest, waiting: tidy(waiting) }
  if (after(LOG_WORDS.started) !== undefined) return runAgain({ ...rest, startedMs: known.startedMs ?? atMs })
  const why = after(LOG_WORDS.lost)
  if (why !== undefined) return { ...rest, lost: tidy(why) }
  if (known.lost !== undefined && after(LOG_WORDS.anew) !== undefined) {
    return { ...rest, stopped: true, anew: { times: (known.anew?.times ?? 0) + 1, why: known.lost } }
  }
  if (message === LOG_WORDS.ready) return { ...rest, readyMs: known.readyMs ?? atMs }
  const unready = after(LOG_WORDS.unready) ?? after(LOG_WORDS.notReady)
  if (unready !== undefined) return { ...rest, unready: tidy(unready) }
  const killedAfterMs = parseDuration(/^\S+(?= after SIG)/.exec(after(LOG_WORDS.killed) ?? '')?.[0] ?? '')
  if (killedAfterMs !== undefined) return { ...rest, killedAfterMs }
  const end = readEnd(line)
  return end === undefined ? known : { ...rest, endedMs: atMs, ...end }
}

function runAgain({ lost: _lost, stopped: _stopped, ...log }: WrapperLog): WrapperLog {
  return log
}

const SKIPS = new Set(['Skipped', 'PredecessorDied'])
const REASONS = new Set([
  ...['Completed', 'Error', 'Skipped', 'PredecessorDied', 'Cancelled', 'TimeoutExceeded', 'StartError'],
  ...['StartupProbeFailed', 'PostStartHookError'],
])

/** Reads an end such as `Error: exit code 3`. An exit code that is not in the text is in the kubelet's status. */
function readEnd({ message, exitCode, reason, event }: WrapperLine): Partial<WrapperLog> | undefined {
  const [, word = '', rest] = /^([A-Z][A-Za-z]+)(?:: (.*))?$/s.exec(message) ?? []
  if (
    event !== undefined ? !['ended', 'skipped', 'error'].includes(event) || reason === undefined : !REASONS.has(word)
  ) {
    return undefined
  }
  const why = reason ?? word
  const code = exitCode ?? readCode(why, rest ?? '')
  return {
    reason: why,
    ...(code === undefined ? {} : { exitCode: code }),
    ...(rest === undefined ? {} : { message: tidy(rest) }),
    ...(SKIPS.has(why) ? { skipped: true } : {}),
  }
}

function readCode(reason: string, message: string): number | undefined {
  if (reason === 'Completed') return 0
  const [, kind, number] = /^(exit code|killed by signal) (\d+)$/.exec(message) ?? []
  if (kind === undefined) return undefined
  return kind === 'exit code' ? Number(number) : CODE_SIGNAL + Number(number)
}
