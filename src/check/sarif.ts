/**
 * SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), as far as findings need it and code scanning reads it: rules
 * with short and full description and help, results with a place and a fingerprint that stays the same when other lines change.
 * Pure.
 */
import { writeDocument } from '../base/escape.ts'
import type { Position } from '../manifest/tree.ts'
import { version } from '../base/version.ts'
import type { Level } from './finding.ts'

export interface SarifRule {
  readonly id: string
  readonly summary: string
  readonly help: string
}

export interface SarifResult {
  readonly rule: string
  /** SARIF uses the same words. */
  readonly level: Level
  readonly file: string
  readonly at: Position
  readonly message: string
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

/** @param rules all rules that the results name. @returns one log with one run, as JSON */
export function formatSarif(rules: readonly SarifRule[], results: readonly SarifResult[]): string {
  const index = new Map(rules.map(({ id }, at) => [id, at]))
  const seen = new Map<string, number>()
  const run = {
    tool: { driver: { name: 'podorder', version, rules: rules.map(describeRule) } },
    columnKind: 'utf16CodeUnits',
    results: results.map(({ rule, level, file, at, message }) => {
      const uri = writeUri(file)
      const same = JSON.stringify([uri, rule, message])
      const count = (seen.get(same) ?? 0) + 1
      seen.set(same, count)
      return {
        ruleId: rule,
        ruleIndex: index.get(rule),
        level,
        message: { text: message },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri },
              region: { startLine: at.line, startColumn: at.column },
            },
          },
        ],
        partialFingerprints: { 'finding/v1': `${rule}:${message}:${count}` },
      }
    }),
  }
  return writeDocument({ $schema: SCHEMA, version: '2.1.0', runs: [run] })
}

function describeRule({ id, summary, help }: SarifRule): object {
  const text = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
  return {
    id,
    shortDescription: { text },
    fullDescription: { text: `${text} ${help}` },
    help: { text: help },
  }
}

/** Relative to the working directory, which in CI is the repository's root; or absolute (RFC 8089). */
function writeUri(file: string): string {
  const path = file
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/+)+/, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
  return path.startsWith('/') ? `file://${path}` : path
}
