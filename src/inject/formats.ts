/** Changed manifests in the format of kubectl's `-o`. */
import { isObject } from '../base/json-object.ts'
import { limitFaults } from '../manifest/yaml-fault.ts'
import { describeFault } from '../manifest/tree.ts'
import { type Style, writeValue } from '../manifest/yaml-text.ts'
import { readPodManifest } from '../manifest/yaml.io.ts'

export const OUTPUT_FORMATS = ['yaml', 'json'] as const

export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

export interface Formatted {
  /** The name in faults. */
  readonly file: string
  readonly text: string
}

const STYLE: Style = {
  eol: '\n',
  json: false,
  blank: ' ',
  nest: 2,
  dashes: 0,
  dash: '- ',
  flow: false,
  indent: 0,
}

/** @returns the texts, or a line for each manifest that cannot be read */
export function formatManifests(
  manifests: readonly Formatted[],
  format: OutputFormat,
): readonly string[] | { readonly problems: readonly string[] } {
  // YAML keeps its layout and its comments.
  if (format === 'yaml' && !manifests.some(isJson)) return manifests.map(({ text }) => text)
  const read = manifests.map((manifest) => readDocuments(manifest))
  const problems = read.flatMap((one) => ('problems' in one ? one.problems : []))
  if (problems.length > 0) return { problems }
  const values = read.map((one) => ('values' in one ? one.values : []))
  if (format === 'json') return [writeJson(values.flat())]
  return manifests.map((manifest, index) =>
    isJson(manifest)
      ? (values[index] ?? []).map((value) => `${writeValue(value, STYLE).replace(/^\n/, '')}\n`).join('---\n')
      : manifest.text,
  )
}

function isJson({ text }: Formatted): boolean {
  return /^\s*[{[]/.test(text)
}

function readDocuments({
  file,
  text,
}: Formatted): { readonly values: readonly unknown[] } | { readonly problems: readonly string[] } {
  const { documents, faults, strange } = readPodManifest(text)
  const all = [...faults, ...strange]
  if (all.length > 0) return { problems: limitFaults(all).map((fault) => describeFault(file, fault)) }
  return { values: documents.map(({ value }) => value).filter(isObject) }
}

/** Writes several objects as a List, as kubectl does. */
function writeJson(objects: readonly unknown[]): string {
  const [first] = objects
  const whole = objects.length === 1 ? first : { apiVersion: 'v1', kind: 'List', items: objects }
  return `${JSON.stringify(whole, undefined, 4)}\n`
}
