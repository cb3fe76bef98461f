/** Formats an explanation as text for people and as JSON for programs. Pure. */
import type { Palette } from '../base/palette.ts'
import type { Explanation } from './explanation.ts'
import type { Rank } from './container-finding.ts'

const HEADINGS: Readonly<Record<Rank, string>> = {
  cause: 'root cause',
  awaited: 'in progress',
  consequence: 'because of it',
  stopped: 'stopped',
  unclear: 'not known from the status',
  fine: 'fine',
}

/** Widest column of names; a longer name only shifts its own line. */
const WIDEST_NAME = 24

/** The entry in the column of names for the pod as a whole. */
const WHOLE = '(pod)'

interface Row {
  readonly name: string
  readonly message: string
  readonly next: readonly string[]
}

export function printExplanation(explanation: Explanation, palette: Palette): string {
  const { name, namespace, state, phase, notes, containers } = explanation
  const head = `pod ${namespace === '' ? '' : `${namespace}/`}${name} ${state}\n`
  const whole = (rank: 'cause' | 'hint'): readonly Row[] =>
    notes.filter((note) => note.rank === rank).map((note) => ({ ...note, name: WHOLE }))
  const causes: readonly Row[] = [...whole('cause'), ...containers.filter(({ rank }) => rank === 'cause')]
  const hints = whole('hint')
  // The pod has succeeded.
  if (phase === 'Succeeded' && causes.length === 0) return head
  const width = Math.min(WIDEST_NAME, Math.max(0, ...[...containers, ...causes].map((row) => row.name.length)))
  const print = (heading: string, rows: readonly Row[]): string =>
    rows.length === 0
      ? ''
      : `\n${palette.dim(heading)}\n${rows.map((row, index) => printRow(row, rows[index + 1], width, palette)).join('')}`
  const withoutCause = phase === 'Failed' ? HEADINGS.stopped : 'waiting'
  const groups = Map.groupBy(
    containers.filter(({ rank }) => rank !== 'cause'),
    ({ rank }) => (rank === 'consequence' && causes.length === 0 ? withoutCause : HEADINGS[rank]),
  )
  const blocks = [[HEADINGS.cause, causes] as const, ...groups].map(([heading, rows]) => print(heading, rows))
  return `${head}${printHints(hints)}${blocks.join('')}`
}

function printHints(hints: readonly Row[]): string {
  return hints.map(({ message, next }) => [message, ...next].map((line) => `  ${line}\n`).join('')).join('')
}

/** Equal advice of consecutive rows is printed once, below the last of them. */
function printRow({ name, message, next }: Row, following: Row | undefined, width: number, palette: Palette): string {
  const shared = following !== undefined && following.next.join('\n') === next.join('\n')
  const lines = (shared ? [] : next).map((line) => `  ${' '.repeat(width)}  ${palette.dim('>')} ${line}\n`)
  return `  ${name.padEnd(width)}  ${message}\n${lines.join('')}`
}
