/** The sentences of a timeline. Pure. */
import { type Critical, describeCritical } from '../history/critical.ts'
import type { History } from '../history/history.ts'
import { formatTime, hasRoughMoments, tellEdge } from '../picture/facts.ts'
import { measureSpan, type Timeline } from './timeline-rows.ts'

export function nameTimeline({ pod }: History): string {
  return pod === '' ? 'Timeline' : `Timeline of ${pod}`
}

/** Describes a timeline: `5 containers in 9.30 s. Critical path: redis → postgres, 4.1 s; …` */
export function describeTimeline({ history, critical }: Timeline): string {
  const { containers } = history
  const edge = tellEdge(history)
  const count = containers.length === 1 ? '1 container' : `${containers.length} containers`
  const path = critical === undefined ? undefined : describeCritical(shorten(critical))
  return [
    `${count} in ${formatTime(measureSpan(history))}.`,
    ...(path === undefined ? [] : [`${beautify(path)}.`]),
    ...(edge === undefined ? [] : [edge]),
    ...(hasRoughMoments(history) ? ['≈ marks times of the kubelet, which are exact to the second.'] : []),
  ].join(' ')
}

function beautify(path: string): string {
  return path.replace(/^c/, 'C').replaceAll(' -> ', ' → ')
}

const MOST_STEPS = 12

/** Shortens a long chain to its two ends, since the picture shows the rest. */
function shorten(critical: Critical): Critical {
  const { steps } = critical
  const [first] = steps
  if (first === undefined || steps.length <= MOST_STEPS) return critical
  const half = MOST_STEPS / 2
  const between = { ...first, container: `${steps.length - 2 * half} more` }
  return { ...critical, steps: [...steps.slice(0, half), between, ...steps.slice(-half)] }
}
