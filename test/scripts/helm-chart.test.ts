/** The chart that `npm run chart` writes, rendered here: it says what `kubectl apply -k deploy` says. */
import test from 'ava'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { writeChart } from '../../scripts/helm-chart.ts'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import { render } from '../support/kustomize.ts'
import manifest from '../../package.json' with { type: 'json' }

const dir = mkdtempSync(join(tmpdir(), 'chart-'))
const chart = join(dir, 'podorder')
test.before(() => writeChart(chart))
test.after.always(() => rmSync(dir, { recursive: true, force: true }))

type Values = Readonly<Record<string, unknown>>

const defaults = (): Values => parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Values

/** As much of Helm's templates as the chart uses; anything else is an error. */
function renderChart(values: Values, namespace: string): readonly unknown[] {
  const lookUp = (path: string): unknown =>
    path.split('.').reduce<unknown>((found, key) => (found as Values)[key], values)
  const image = lookUp('image') as Readonly<Record<string, string>>
  const named = image['digest']
    ? `${image['repository']}@${image['digest']}`
    : `${image['repository']}:${image['tag'] || manifest.version}`
  return readdirSync(join(chart, 'templates'))
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => {
      const text = readFileSync(join(chart, 'templates', file), 'utf8')
      const [, condition, body] = /^\{\{- if \.Values\.([\w.]+) \}\}\n([\s\S]*)\{\{- end \}\}\n$/.exec(text) ?? []
      if (condition !== undefined && lookUp(condition) !== true) return []
      const filled = (body ?? text).replaceAll(/\{\{ (.*?) \}\}/g, (_, expression: string) => {
        if (expression === '.Release.Namespace') return namespace
        if (expression === 'include "podorder.image" .') return named
        const [, path] = /^\.Values\.([\w.]+)$/.exec(expression) ?? []
        if (path === undefined) throw new Error(`${file}: ${expression}`)
        return String(lookUp(path))
      })
      return readManifest(filled).documents.map(({ value }) => value)
    })
}

const keyOf = (object: unknown): string => {
  const { kind, metadata } = object as { kind: string; metadata: { name: string } }
  return `${kind}/${metadata.name}`
}
const sorted = (objects: readonly unknown[]): readonly unknown[] =>
  objects.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)))

test('with its own values in the namespace podorder it is what kustomize makes of deploy/', (t) => {
  const applied = render('deploy').filter(({ kind }) => kind !== 'Namespace')
  t.deepEqual(sorted(renderChart(defaults(), 'podorder')), sorted(applied))
})

test('in another namespace nothing is left in the first one', (t) => {
  const objects = renderChart(defaults(), 'tools')
  t.true(objects.length > 10)
  t.notRegex(JSON.stringify(objects), /"namespace":"podorder"/)
  t.regex(JSON.stringify(objects), /"kube-node-lease","tools"/)
})

test('what an installer may choose', (t) => {
  const { image, webhook, controller } = defaults() as Record<string, Values>
  const objects = renderChart(
    {
      image: { ...image, repository: 'registry.example/podorder', digest: 'sha256:0' },
      webhook: { ...webhook, failurePolicy: 'Ignore', replicas: 3, onLookupFailure: 'allow' },
      controller: { ...controller, enabled: false },
    },
    'podorder',
  )
  const text = JSON.stringify(objects)
  t.regex(text, /"--image=registry\.example\/podorder@sha256:0"/)
  t.regex(text, /"--on-lookup-failure=allow"/)
  t.regex(text, /"failurePolicy":"Ignore"/)
  t.false(objects.some((object) => keyOf(object) === 'Deployment/podorder-controller'))
})

test('the chart has the version of the package, and its helpers say the image', (t) => {
  t.like(parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')), {
    version: manifest.version,
    appVersion: manifest.version,
  })
  t.regex(readFileSync(join(chart, 'templates/_helpers.tpl'), 'utf8'), /define "podorder\.image"/)
})
