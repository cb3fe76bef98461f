/**
 * What a wrapper has written to its container's log, among all that its command writes: when it began to wait, when it started
 * the command, and how that went, to the millisecond. `base/log.io.ts` writes these lines. Pure.
 */
import { parseDuration } from '../base/duration.ts'
import { readObject } from '../base/json-object.ts'
import { CODE_SIGNAL } from '../base/exit-code.ts'
import { tidy } from '../base/wording.ts'
import { LOG_WORDS } from '../entrypoint/log-words.ts'
import { textOf } from '../pod/api-object.ts'

/** What the lines of one life tell. All times are ms since 1970; what is not there has not come, or its line is lost. */
export interface WrapperLog {
  /** The first of its lines. */
  readonly sinceMs: number
  readonly startedMs?: number
  readonly readyMs?: number
  readonly endedMs?: number
  readonly exitCode?: number
  readonly reason?: string
  readonly message?: string
  /** How long after its stop signal it has killed the command. */
  readonly killedAfterMs?: number
  /** Whether it was never started, since another had failed. */
  readonly skipped?: boolean
  /** What it waits for and why that has not come, in its own words: `db/ready (not started yet)`. */
  readonly waiting?: string
  /** Why it is not ready: the result of its last probe. */
  readonly unready?: string
  /** What it depends on was lost, and it starts anew (`restart: true`): why, until it runs again. */
  readonly lost?: string
  /** Its command has stopped for that. */
  readonly stopped?: boolean
  /** How often it has stopped so in this life, and why the last time. */
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
/** What a command has written without an end of line stands before it. */
const TEXT = new RegExp(`(${TIME}) entrypoint (\\S+): (.*)$`)
const JSON_LINE = new RegExp(`\\{"at":"${TIME}","event":".*\\}$`)

/** @returns undefined for what is no line of this container's wrapper */
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

/** Takes in one more line of the same life. */
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

/** `Error: exit code 3`; exit codes that the text does not have the kubelet knows. */
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
