/** Findings of `podorder check`, formatted for people and for programs. Pure. */
import { cite, writeDocument } from '../base/escape.ts'
import { count } from '../base/wording.ts'
import type { Fault } from '../manifest/tree.ts'
import type { RuleId } from './rules.ts'

/** Error: the pod is refused or cannot run. Warning: the pod may fail. Note: a fact that the user must verify. */
export type Level = 'error' | 'warning' | 'note'

/** `file` is the path as given, or `stdin`. */
export interface Finding extends Fault {
  readonly rule: RuleId
  readonly level: Level
  readonly file: string
}

/** A finding before its file is known. */
export type CheckResult = Omit<Finding, 'file'>

/** The number of findings of each level. */
export interface LevelCounts {
  readonly errors: number
  readonly warnings: number
  readonly notes: number
}

export interface Summary extends LevelCounts {
  readonly files: number
  /** The number of pods with an order, or with a faulty one. */
  readonly pods: number
}

const COLOURS: Readonly<Record<Level, number>> = { error: 31, warning: 33, note: 36 }

export function countLevels(findings: readonly Pick<Finding, 'level'>[]): LevelCounts {
  const many = (level: Level): number => findings.filter((finding) => finding.level === level).length
  return { errors: many('error'), warnings: many('warning'), notes: many('note') }
}

/** Sorts by position in the file; findings at one position keep their order. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
}

/** The longest text of a finding, in bytes: a quote from a manifest may be very long. */
const LONGEST_FINDING = 4096

/** `container "x": what; fix` */
export function sayFinding({ container, what, fix }: CheckResult): string {
  return `${container === undefined ? '' : `container "${container}": `}${what}; ${fix}`
}

/** The text after a position: `level: container "x": what; fix [rule]`. */
export function formatResult(result: CheckResult, coloured: boolean): string {
  const { level, rule } = result
  const painted = coloured ? `\u001B[1;${COLOURS[level]}m${level}\u001B[m` : level
  return `${painted}: ${cite(sayFinding(result), LONGEST_FINDING)} [${rule}]`
}

/** A line for each finding, `file:line:column: level: container "x": what; fix [rule]`, in a form that editors and CI can link. */
export function formatText(findings: readonly Finding[], coloured: boolean): string {
  return findings
    .map((finding) => {
      const { file, at } = finding
      return `${cite(file)}:${at.line}:${at.column}: ${formatResult(finding, coloured)}\n`
    })
    .join('')
}

/**
 * A JSON object: `version` (of this format, 1), `findings` in the order of files and positions, each `{rule, level, file, at:
 * {line, column}, container?, what, fix}`, lines and columns from 1, columns in UTF-16 code units; `summary` `{files, pods,
 * errors, warnings, notes}`.
 */
export function formatJson(findings: readonly Finding[], summary: Summary): string {
  const listed = findings.map(({ rule, level, file, at, container, what, fix }) => {
    return { rule, level, file, at, ...(container === undefined ? {} : { container }), what, fix }
  })
  return writeDocument({ version: 1, findings: listed, summary })
}

/** `1 error, 2 notes`; empty when there are none. */
export function sayLevels({ errors, warnings, notes }: LevelCounts): string {
  const counts = [[errors, 'error'] as const, [warnings, 'warning'] as const, [notes, 'note'] as const]
  return counts.flatMap(([number, word]) => (number > 0 ? [count(number, word)] : [])).join(', ')
}

export function formatSummary({ files, pods, ...levels }: Summary): string {
  const found = sayLevels(levels)
  const where = count(files, 'file')
  if (found !== '') return `${found} in ${where}`
  return pods === 0 ? `no pod in ${where} has an order` : `nothing wrong with ${count(pods, 'pod')} in ${where}`
}
