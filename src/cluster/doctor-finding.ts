/** What the doctor says: whether what podorder needs in a cluster is there, as people read it and as programs do. Pure. */
import { cite, writeDocument } from '../base/escape.ts'
import { count } from '../base/wording.ts'
import type { KubeFailure } from '../kube/failure.ts'
import { sayUnknown } from './ask.ts'

/** `unknown`: it could not be looked at. */
export type DoctorLevel = 'ok' | 'warning' | 'error' | 'unknown'

/** Topics in the order in which they are told. */
export const TOPICS = ['cluster', 'nodes', 'webhook', 'namespace', 'pod', 'image', 'controller'] as const

export interface DoctorFinding {
  readonly about: (typeof TOPICS)[number]
  readonly level: DoctorLevel
  readonly what: string
  /** What to do; not of what is in order. */
  readonly fix?: string
}

type Tell = (what: string, fix: string) => DoctorFinding

/** What each file says of its topic. */
export function speakOf(about: DoctorFinding['about']): {
  readonly ok: (what: string) => DoctorFinding
  readonly warn: Tell
  readonly fail: Tell
  /** @param what is not known: `whether the namespace is labelled` @param needs `get of namespaces` */
  readonly unknown: (what: string, failure: KubeFailure, needs: string) => DoctorFinding
} {
  return {
    ok: (what) => ({ about, level: 'ok', what }),
    warn: (what, fix) => ({ about, level: 'warning', what, fix }),
    fail: (what, fix) => ({ about, level: 'error', what, fix }),
    unknown(what, failure, needs) {
      const isRefused = failure.kind === 'forbidden'
      const why = isRefused ? `may not be asked for` : sayUnknown(failure, needs)
      const fix = isRefused ? `needed is ${needs}` : 'ask again, or look at it with kubectl'
      return { about, level: 'unknown', what: `${what} is not known: ${why}`, fix }
    },
  }
}

export function sortByTopic(findings: readonly DoctorFinding[]): readonly DoctorFinding[] {
  return findings.toSorted((one, other) => TOPICS.indexOf(one.about) - TOPICS.indexOf(other.about))
}

export interface DoctorSummary {
  readonly errors: number
  readonly warnings: number
  readonly unknown: number
}

export function summarizeDoctor(findings: readonly DoctorFinding[]): DoctorSummary {
  const many = (level: DoctorLevel): number => findings.filter((finding) => finding.level === level).length
  return { errors: many('error'), warnings: many('warning'), unknown: many('unknown') }
}

const COLOURS: Readonly<Record<DoctorLevel, number>> = { ok: 32, warning: 33, error: 31, unknown: 36 }
const LONGEST_LINE = 4096
const LEVEL_WIDTH = 'warning'.length
const TOPIC_WIDTH = 'controller'.length

/** Two lines each: level, topic and what; `>` and what to do. */
export function formatDoctorText(findings: readonly DoctorFinding[], coloured: boolean): string {
  return findings
    .map(({ about, level, what, fix }) => {
      const word = level.padEnd(LEVEL_WIDTH)
      const painted = coloured ? `\u001B[${COLOURS[level]}m${word}\u001B[m` : word
      const line = `${painted}  ${about.padEnd(TOPIC_WIDTH)}  ${cite(what, LONGEST_LINE)}\n`
      const margin = ' '.repeat(LEVEL_WIDTH + TOPIC_WIDTH + 4)
      return fix === undefined ? line : `${line}${margin}> ${cite(fix, LONGEST_LINE)}\n`
    })
    .join('')
}

/** `version` of this form (1), `findings` each `{about, level, what, fix?}`, and `summary`. */
export function formatDoctorJson(findings: readonly DoctorFinding[]): string {
  return writeDocument({ version: 1, findings, summary: summarizeDoctor(findings) })
}

export function formatDoctorSummary({ errors, warnings, unknown }: DoctorSummary): string {
  const found = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(unknown > 0 ? [`${unknown} not known`] : []),
  ]
  return found.length === 0 ? 'nothing is wrong' : found.join(', ')
}
