/** What `podorder check` has found, as people read it and as programs do. Pure. */
import { cite, writeDocument } from '../base/escape.ts'
import { count } from '../base/wording.ts'
import type { Fault } from '../manifest/tree.ts'
import type { RuleId } from './rules.ts'

/** An error: the pod is refused, or will not run. A warning: it may not. A note: what somebody must see to. */
export type Level = 'error' | 'warning' | 'note'

/** `file` is the path as it was given, or `stdin`. */
export interface Finding extends Fault {
  readonly rule: RuleId
  readonly level: Level
  readonly file: string
}

/** Before it is known in which file. */
export type CheckResult = Omit<Finding, 'file'>

/** How many there are of each level. */
export interface LevelCounts {
  readonly errors: number
  readonly warnings: number
  readonly notes: number
}

export interface Summary extends LevelCounts {
  readonly files: number
  /** That say an order, or try to. */
  readonly pods: number
}

const COLOURS: Readonly<Record<Level, number>> = { error: 31, warning: 33, note: 36 }

export function countLevels(findings: readonly Pick<Finding, 'level'>[]): LevelCounts {
  const many = (level: Level): number => findings.filter((finding) => finding.level === level).length
  return { errors: many('error'), warnings: many('warning'), notes: many('note') }
}

/** Sorts by the order of the file; findings at one place keep their order. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
}

/** What a finding quotes of a manifest may be as long as the manifest. */
const LONGEST_FINDING = 4096

/** `container "x": what; fix` */
export function sayFinding({ container, what, fix }: CheckResult): string {
  return `${container === undefined ? '' : `container "${container}": `}${what}; ${fix}`
}

/** What follows a place: `level: container "x": what; fix [rule]`. */
export function formatResult(result: CheckResult, coloured: boolean): string {
  const { level, rule } = result
  const painted = coloured ? `\u001B[1;${COLOURS[level]}m${level}\u001B[m` : level
  return `${painted}: ${cite(sayFinding(result), LONGEST_FINDING)} [${rule}]`
}

/** A line for each, `file:line:column: level: container "x": what; fix [rule]`, which editors and CI can jump to. */
export function formatText(findings: readonly Finding[], coloured: boolean): string {
  return findings
    .map((finding) => {
      const { file, at } = finding
      return `${cite(file)}:${at.line}:${at.column}: ${formatResult(finding, coloured)}\n`
    })
    .join('')
}

/**
 * A single object: `version` (of this form, 1), `findings` in the order of files and places, each `{rule, level, file, at: {line,
 * column}, container?, what, fix}`, lines and columns from 1, columns in UTF-16 code units; `summary` `{files, pods, errors,
 * warnings, notes}`.
 */
export function formatJson(findings: readonly Finding[], summary: Summary): string {
  const listed = findings.map(({ rule, level, file, at, container, what, fix }) => {
    return { rule, level, file, at, ...(container === undefined ? {} : { container }), what, fix }
  })
  return writeDocument({ version: 1, findings: listed, summary })
}

/** `1 error, 2 notes`; empty where there is nothing. */
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
