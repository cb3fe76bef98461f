/** What docs/reference.md says of the webhook, the controller and deploy/. */
import test from 'ava'
import { globSync, readFileSync } from 'node:fs'
import { PATH } from '../src/webhook/answering.ts'
import { createControllerMetrics } from '../src/controller/controller-metrics.ts'
import { createWebhookMetrics } from '../src/webhook/webhook-metrics.ts'
import { readColumn, readSection, readTable, sortOnce, wordsOf } from './support/reference.ts'

const METRICS = {
  webhook: createWebhookMetrics().write({ inFlight: 0, connections: 0, certificateExpiry: 1 }),
  controller: createControllerMetrics().write({ pods: 0, gated: 0, leading: true }),
}

test('the metrics are those that are written, with their types and words', (t) => {
  const written = Object.entries(METRICS).flatMap(([of, text]) => {
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => [name, type]))
    return [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', help]) =>
      [name, of, types.get(name), help].join(' | '),
    )
  })
  const told = readTable('Metrics').flatMap(({ metric, of = '', type, what }) =>
    wordsOf(of).map((one) => [metric, one, type, what].join(' | ')),
  )
  t.deepEqual(sortOnce(told), sortOnce(written))
})

test('ports and paths are those that are served, and deployed', (t) => {
  const text = readSection('In a cluster')
  const flags = readTable('Options').filter(({ flag }) => /--(?:health-)?port /.test(flag ?? ''))
  const portOf = (name: string, of: string): string | undefined => {
    const row = flags.find(({ flag = '', of: owner }) => flag.startsWith(`${name} `) && owner === of)
    return /default (\d+)/.exec(row?.['what it says'] ?? '')?.[1]
  }
  t.true(text.includes(`HTTPS on ${portOf('--port', 'webhook')} (\`${PATH}\`)`))
  for (const port of [portOf('--health-port', 'webhook'), portOf('--port', 'controller')]) {
    t.true(text.includes(`\`/healthz\`, \`/readyz\` and \`/metrics\` on ${port},`), port)
  }
  const deployed = ['webhook', 'controller'].map((name) => readFileSync(`deploy/base/${name}.yaml`, 'utf8'))
  const ports = deployed.flatMap((yaml) => [...yaml.matchAll(/containerPort: (\d+)/g)].map(([, port]) => port))
  t.deepEqual(ports, [portOf('--port', 'webhook'), portOf('--health-port', 'webhook'), portOf('--port', 'controller')])
})

test('the files of deploy/ are all there, hold what it says, and have what is to be changed', (t) => {
  const files = readColumn('Files of deploy', 'file').flatMap(wordsOf)
  t.deepEqual(sortOnce(files), sortOnce(globSync('{.,base,cert-manager}/*.yaml', { cwd: 'deploy' })))
  for (const { file = '', holds = '', 'to change': change = '' } of readTable('Files of deploy')) {
    const text = wordsOf(file)
      .map((path) => readFileSync(`deploy/${path}`, 'utf8'))
      .join('\n')
    const kinds = [...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind = '']) => kind)
    t.deepEqual(sortOnce(wordsOf(holds)), sortOnce(kinds), file)
    for (const field of ['newName', 'newTag', 'args', 'failurePolicy', 'reinvocationPolicy', 'issuerRef']) {
      if (new RegExp(`\\b${field}\\b`).test(change)) t.true(text.includes(`${field}:`), `${file} ${field}`)
    }
  }
})
