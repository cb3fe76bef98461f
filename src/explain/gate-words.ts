/** Words for a container whose gate is or was closed: what it waits for, and where the cause begins. Pure. */
import type { ContainerStatus } from '../status/container-status.ts'
import { hasKind } from '../order/outside-target.ts'
import type { Circumstances, Words } from './container-finding.ts'
import { readLogs } from './kubectl.ts'
import type { Anew, Judged, GateStatus } from './gate.ts'
import { enumerate, wordDuration } from '../base/wording.ts'

/** @returns undefined when the gate is not the container's problem */
export function tellGate(container: ContainerStatus, gateResult: GateStatus, around: Circumstances): Words | undefined {
  const { pod } = around
  const { kind, missing: spelled, perhaps, certain } = gateResult
  const { state, name } = container
  const targets = new Set(spelled.map(({ target }) => target))
  const origins = [...new Set(spelled.flatMap((one) => one.origins))].slice(0, MOST_ORIGINS)
  // The name of an outside target has its kind as a prefix.
  const rank = origins.every(hasKind) ? 'cause' : 'consequence'
  const logs = certain ? [] : [readLogs(pod, name)]
  const next = [...[...spelled, ...perhaps].slice(0, MOST_ADVICE).flatMap((one) => one.next), ...logs]
  const missing = spelled.map((one) => ({ ...one, said: findClause(one, container.log?.waiting) }))
  const deeper = origins.filter((origin) => !targets.has(origin))
  const begins = deeper.length === 0 ? '' : `; it begins with ${enumerate(deeper)}`
  switch (kind) {
    case 'passed':
      return undefined
    case 'unneeded':
      return { rank: 'fine', message: `was not needed: it waits for ${wordMissing(missing)}`, clause: 'was not needed' }
    case 'skipped': {
      const why = `${wordMissing(missing)}${begins}`
      const message = certain
        ? `was skipped: it waits for ${why}`
        : `ended with exit code 1, skipped as it seems: it waits for ${why}`
      return { rank, message, clause: 'was skipped', origins, next }
    }
    case 'late': {
      const message = `gave up waiting, exit code 124${missing.length === 0 ? '' : `: it waits for ${wordMissing(missing)}`}${begins}`
      return { rank, message, clause: 'gave up waiting', origins, next }
    }
    case 'unclear': {
      if (state.kind !== 'running') return undefined
      const message = `runs, or still waits for ${wordMissing(missing)}: its status does not show it${begins}`
      return { rank: 'unclear', message, clause: 'may be waiting itself', origins, next }
    }
    case 'closed': {
      if (state.kind !== 'running') return undefined
      const stop = wordAnew(gateResult.anew, missing)
      if (gateResult.anew?.stopped === false)
        return { rank, message: stop, clause: 'is starting anew itself', origins, next }
      if (missing.length === 0 && stop !== '') {
        const message = `${stop}, and is about to start`
        return { rank: 'awaited', message, clause: 'is about to start', next: [readLogs(pod, name)] }
      }
      if (missing.length === 0) {
        return {
          rank: 'awaited',
          message: 'has nothing left to wait for, and is about to start',
          clause: 'is about to start',
          next: [readLogs(pod, name)],
        }
      }
      const verb = certain ? 'waits' : 'seems to wait'
      const more = perhaps.length === 0 ? '' : `, and perhaps for ${wordMissing(perhaps)}`
      const wait = stop === '' ? verb : `${stop}, and ${verb}`
      const message = `${wait} for ${wordMissing(missing)}${more}${begins}${wordPatience(missing, state.sinceMs, around)}`
      return { rank, message, clause: `${verb} itself`, origins, next }
    }
  }
}

/** `has stopped to start anew, since db was killed`; empty if the command was not started yet. */
function wordAnew(anew: Anew | undefined, missing: readonly Judged[]): string {
  if (anew === undefined) return ''
  const verb = anew.stopped ? 'has stopped' : 'is stopping'
  if (anew.why !== undefined) return `${verb} to start anew, since ${anew.why}`
  const gone = missing.filter((wait) => wait.gone === true).map(({ target }) => target)
  return `${verb} to start anew with ${enumerate(gone)}`
}

/** The reason given by the wrapper why a target is not met: `service/mail (there is no such service yet)`. */
function findClause({ target }: Judged, waiting = ''): string {
  const at = waiting.indexOf(`${target} (`)
  if (at === -1) return ''
  let depth = 0
  for (let index = at + target.length + 1; index < waiting.length; index++) {
    if (waiting[index] === '(') depth += 1
    else if (waiting[index] === ')' && --depth === 0) return waiting.slice(at + target.length + 2, index)
  }
  return ''
}

/** The most origins named of a container, for chains in which each container waits for many. */
const MOST_ORIGINS = 8

const MOST_ADVICE = 4

function wordMissing(missing: readonly (Judged & { readonly said?: string })[]): string {
  return enumerate(
    missing.map(({ words, clause, optional, said = '' }) => {
      const why = clause === '' ? said : `it ${clause}`
      const remarks = [...(optional ? ['optional'] : []), ...(why === '' ? [] : [why])]
      return remarks.length === 0 ? words : `${words} (${remarks.join('; ')})`
    }),
  )
}

/** Words for the rest of the gate's timeout. */
function wordPatience(
  missing: readonly Judged[],
  sinceMs: number | undefined,
  { patienceMs, nowMs }: Circumstances,
): string {
  const bounds = missing.map(({ optional, timeoutMs }) => (optional ? Infinity : (timeoutMs ?? Infinity)))
  const limitMs = Math.min(patienceMs ?? Infinity, ...bounds)
  if (sinceMs === undefined || limitMs === Infinity) return ''
  const leftMs = sinceMs + limitMs - nowMs
  return leftMs >= 0
    ? `; it gives up in ${wordDuration(leftMs)}`
    : `; it was to give up ${wordDuration(-leftMs)} ago, so this is an old status`
}
