/** What a check of live objects has found, as people read it and as programs do. Pure. */
import { cite, writeDocument } from '../base/escape.ts'
import { count, enumerate } from '../base/wording.ts'
import { type CheckResult, type LevelCounts, formatResult, sayLevels } from '../check/finding.ts'

export interface LiveFinding extends CheckResult {
  /** `Pod/shop-1`: all that it is the same of; at least one. */
  readonly objects: readonly string[]
  /** Within each; undefined where it is about the whole. */
  readonly place: string | undefined
}

export interface LiveSummary extends LevelCounts {
  readonly namespace: string
  /** That say an order, or try to, and have not ended. */
  readonly pods: number
  /** The same of what makes pods. */
  readonly workloads: number
}

/** The same of several pods of one workload is told once. @param groupOf what a finding may be shared within */
export function uniteFindings(
  findings: readonly LiveFinding[],
  groupOf: (finding: LiveFinding) => string,
): readonly LiveFinding[] {
  const keyOf = (finding: LiveFinding): string => {
    const { rule, level, container, what, fix, place } = finding
    return JSON.stringify([groupOf(finding), rule, level, container, what, fix, place])
  }
  return [...Map.groupBy(findings, keyOf).values()].flatMap((same) => {
    const [first] = same
    return first === undefined ? [] : [{ ...first, objects: same.flatMap(({ objects }) => objects) }]
  })
}

/** A line for each: `Pod/a and 2 more: podorder.io/depends-on:1:6: error: container "x": what; fix [rule]`. */
export function formatLiveText(findings: readonly LiveFinding[], coloured: boolean): string {
  return findings
    .map((finding) => {
      const { objects, place } = finding
      const more = objects.length > 1 ? ` and ${objects.length - 1} more` : ''
      const where = place === undefined ? '' : `${cite(place)}: `
      return `${objects[0]}${more}: ${where}${formatResult(finding, coloured)}\n`
    })
    .join('')
}

/** `version` of this form (1), `findings` each `{rule, level, objects, place?, container?, what, fix}`, and `summary`. */
export function formatLiveJson(findings: readonly LiveFinding[], summary: LiveSummary): string {
  const listed = findings.map(({ rule, level, objects, place, container, what, fix }) => {
    return { rule, level, objects, place, container, what, fix }
  })
  return writeDocument({ version: 1, findings: listed, summary })
}

export function formatLiveSummary({ namespace, pods, workloads, ...levels }: LiveSummary): string {
  const found = sayLevels(levels)
  const where = `namespace ${namespace}`
  if (found !== '') return `${found} in ${where}`
  const looked = [...(workloads > 0 ? [count(workloads, 'workload')] : []), ...(pods > 0 ? [count(pods, 'pod')] : [])]
  return looked.length === 0
    ? `no pod and no workload in ${where} has an order`
    : `nothing wrong with ${enumerate(looked)} in ${where}`
}
