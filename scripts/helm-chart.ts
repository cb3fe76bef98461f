/**
 * `npm run chart`: makes the Helm chart in `dist/chart/podorder` from the manifests of `deploy/base`, so that both ways to install have
 * one source. Settings become values of the chart. If a text to replace is not found as often as expected, nothing is written.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import manifest from '../package.json' with { type: 'json' }

const BASE = new URL('../deploy/base/', import.meta.url)
const SOURCE = new URL('../deploy/helm/', import.meta.url)

/** Files that are left out. Helm makes the namespace of a release. */
const LEFT_OUT = ['namespace.yaml']

interface Choice {
  readonly text: RegExp
  readonly template: string
  /** The file in which the text is replaced; undefined: in all files. */
  readonly file?: string
}

const IMAGE = '{{ include "podorder.image" . }}'

const CHOICES: readonly Choice[] = [
  { text: /\bnamespace: podorder\b/g, template: 'namespace: {{ .Release.Namespace }}' },
  { text: /\bimage: podorder$/gm, template: `image: ${IMAGE}` },
  { text: /--image=podorder$/gm, template: `--image=${IMAGE}`, file: 'webhook.yaml' },
  { text: /\breplicas: 2$/gm, template: 'replicas: {{ .Values.webhook.replicas }}', file: 'webhook.yaml' },
  { text: /\breplicas: 2$/gm, template: 'replicas: {{ .Values.controller.replicas }}', file: 'controller.yaml' },
  {
    text: /--on-lookup-failure=deny$/gm,
    template: '--on-lookup-failure={{ .Values.webhook.onLookupFailure }}',
    file: 'webhook.yaml',
  },
  {
    text: /\bfailurePolicy: Fail$/gm,
    template: 'failurePolicy: {{ .Values.webhook.failurePolicy }}',
    file: 'webhook-configuration.yaml',
  },
  // The webhook is not called for its own namespace, whose name is that of the release.
  { text: /, podorder\] \}$/gm, template: ', {{ .Release.Namespace }}] }', file: 'webhook-configuration.yaml' },
]

/** Writes the chart. @param directory the directory to write it to */
export function writeChart(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(`${directory}/templates`, { recursive: true })
  cpSync(SOURCE, directory, { recursive: true })
  const chart = readFileSync(new URL('Chart.yaml', SOURCE), 'utf8').replace(/^#.*\n/, '')
  writeFileSync(`${directory}/Chart.yaml`, chart.replaceAll('0.0.0\n', `${manifest.version}\n`))
  const { resources } = parse(readFileSync(new URL('kustomization.yaml', BASE), 'utf8')) as { resources: string[] }
  const used = new Set<Choice>()
  for (const file of resources.filter((name) => !LEFT_OUT.includes(name))) {
    writeFileSync(`${directory}/templates/${file}`, makeTemplate(file, used))
  }
  const unused = CHOICES.filter((choice) => !used.has(choice)).map(({ text }) => String(text))
  if (unused.length > 0)
    throw new Error(`deploy/base has no ${unused.join(', ')}; change scripts/helm-chart.ts with it`)
}

function makeTemplate(file: string, used: Set<Choice>): string {
  let text = readFileSync(new URL(file, BASE), 'utf8')
  if (text.includes('{{')) throw new Error(`${file} has braces of its own`)
  for (const choice of CHOICES) {
    if (choice.file !== undefined && choice.file !== file) continue
    const made = text.replace(choice.text, choice.template)
    if (made !== text) used.add(choice)
    text = made
  }
  return file.startsWith('controller') ? `{{- if .Values.controller.enabled }}\n${text}{{- end }}\n` : text
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeChart('dist/chart/podorder')
