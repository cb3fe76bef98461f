/** The words of a picture about a container and its incarnations. Pure. */
import { formatDuration } from '../base/duration.ts'
import type { StopCause } from '../pod/pod.ts'
import { type ContainerHistory, type History, KILLED, type Life, type Moment, STARTS_ANEW } from '../history/history.ts'

const MINUTE = 60_000

/** Writes `0.04 s`, `12.3 s`, `2m5s`, with few digits; never below zero, since two clocks may differ a little. */
export function formatTime(ms: number): string {
  const positive = Math.max(0, ms)
  if (positive < 10_000) return `${(positive / 1000).toFixed(2)} s`
  if (positive < MINUTE) return `${(positive / 1000).toFixed(1)} s`
  return formatDuration(Math.round(positive / 1000) * 1000)
}

/** Writes a container's outcome, such as `ready 1.20 s` or `exit 137, OOMKilled`, and the number of its restarts. */
export function tellOutcome(history: ContainerHistory, startMs: number): string {
  const { restarts, state, lives } = history
  const again =
    restarts === 0 || state === 'restarting' ? '' : restarts === 1 ? ', 1 restart' : `, ${restarts} restarts`
  const anew = lives.filter(({ reason }) => reason === STARTS_ANEW).length
  const times = anew === 0 ? '' : anew === 1 ? ', started anew' : `, started anew ${anew} times`
  return `${tellState(history, startMs)}${again}${times}`
}

/** The sign before times of the kubelet, which are less exact than the others. */
export const ROUGHLY = '≈'

export function tellMoment(life: Life, moment: Moment, startMs: number): string {
  const ms = life[moment]
  if (ms === undefined) return ''
  return `${life.kubelet?.includes(moment) === true ? ROUGHLY : ''}${formatTime(ms - startMs)}`
}

export function hasRoughMoments({ containers }: History): boolean {
  return containers.some(({ lives }) => lives.some(({ kubelet = [] }) => kubelet.length > 0))
}

function tellState({ state, lives, restarts }: ContainerHistory, startMs: number): string {
  const life = lives.at(-1) ?? {}
  const since = (moment: Moment) => (life[moment] === undefined ? '' : ` ${tellMoment(life, moment, startMs)}`)
  switch (state) {
    case 'ended':
      if (life.killedAfterMs !== undefined) return tellKilled(life.killedAfterMs)
      return hasFailed(life) ? tellFailure(life) : `${life.stopped === true ? 'stopped' : 'ended'}${since('endedMs')}`
    case 'ready':
      return `ready${since('readyMs')}`
    case 'running':
      if (isUnclear(life)) return UNCLEAR
      return life.unready === undefined ? `running${since('startedMs')}` : `not ready: ${shorten(life.unready)}`
    case 'waiting':
      if (lives.length === 0) return 'waiting, or not begun'
      return isUnclear(life) ? UNCLEAR : 'waiting'
    case 'pending':
      return 'not begun'
    case 'restarting':
      return `restarting (${restarts})${hasFailed(life) ? `, ${tellFailure(life)}` : ''}`
    case 'stopping':
    case 'skipped':
      return state
  }
}

const MOST_LETTERS = 40

function shorten(reason: string): string {
  const [line = ''] = reason.split('\n')
  return line.length > MOST_LETTERS ? `${line.slice(0, MOST_LETTERS)}…` : line
}

const UNCLEAR = 'waiting or running'

function isUnclear({ gateUntold = false, startedMs }: Life): boolean {
  return gateUntold && startedMs === undefined
}

/** Whether an incarnation has failed. The exit code of a stop with the pod is not a failure. */
export function hasFailed({ exitCode, reason, killedBy, stopped = false }: Life): boolean {
  if (stopped || reason === 'Skipped' || killedBy === 'predecessor') return false
  return (exitCode ?? 0) !== 0 || killedBy !== undefined || reason === 'Error' || reason === KILLED
}

/** Describes a failure, without the reason Error, which any exit code except 0 has. */
function tellFailure({ exitCode, reason, killedBy, killedAfterMs }: Life): string {
  if (killedAfterMs !== undefined) return tellKilled(killedAfterMs)
  const cause = killedBy === undefined ? (reason === 'Error' ? '' : (reason ?? '')) : STOP_CAUSES[killedBy]
  return [exitCode === undefined ? '' : `exit ${exitCode}`, cause].filter((part) => part !== '').join(', ') || 'failed'
}

/** Says that it was killed, since it did not end after its stop signal; in the words of a run's table. */
function tellKilled(afterMs: number): string {
  return `killed after ${formatTime(afterMs)}`
}

const STOP_CAUSES: Readonly<Record<StopCause, string>> = {
  startup: 'startup probe',
  liveness: 'liveness probe',
  postStart: 'postStart hook',
  predecessor: 'predecessor',
}

/** A sentence about the end of a partial record; undefined when the pod ended there or still runs. */
export function tellEdge({ partial = false }: History): string | undefined {
  return partial ? 'The record ends here; how the pod went on is not in it.' : undefined
}

export const FACT_HEADINGS = [
  'container',
  'life',
  'waited',
  'waited for last',
  'started',
  'ready',
  'ended',
  'exit',
  'reason',
  'message',
] as const

type Facts = Readonly<Record<(typeof FACT_HEADINGS)[number], string>> & {
  /** The container's index. */
  readonly row: number
}

/** Lists a record for each incarnation, oldest first, or one for a container without any. Times are since the pod's start. */
export function listFacts({ containers, startMs, endMs }: History): readonly Facts[] {
  return containers.flatMap(({ container, lives, restarts }, row) => {
    const known: readonly Life[] = lives.length === 0 ? [{}] : lives
    const missed = Math.max(0, restarts + 1 - known.length)
    return known.map((life, index) => ({
      row,
      container,
      life: restarts === 0 && known.length === 1 ? '' : `${missed + index + 1} of ${missed + known.length}`,
      waited: tellWait(life, endMs),
      'waited for last': life.waitedFor ?? '',
      started: tellMoment(life, 'startedMs', startMs),
      ready: tellMoment(life, 'readyMs', startMs),
      ended: tellMoment(life, 'endedMs', startMs),
      exit: life.exitCode === undefined ? '' : String(life.exitCode),
      reason: life.reason ?? '',
      message: [
        life.killedBy === undefined || life.killedBy === 'predecessor'
          ? ''
          : `killed over its ${STOP_CAUSES[life.killedBy]}`,
        life.killedBy === 'predecessor' ? 'stopped to start anew' : '',
        life.unready === undefined ? '' : `not ready: ${life.unready}`,
        life.message ?? '',
      ]
        .filter((part) => part !== '')
        .join(': '),
    }))
  })
}

function tellWait(life: Life, untilMs: number): string {
  if (life.sinceMs === undefined) return ''
  return isUnclear(life) ? 'not told' : formatTime((life.startedMs ?? life.endedMs ?? untilMs) - life.sinceMs)
}
