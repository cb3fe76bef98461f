/** podorder as a post-renderer of Helm 3 and Helm 4, of which a stand-in pipes as they do. */
import test from 'ava'
import { readFileSync } from 'node:fs'
import { version } from '../src/base/version.ts'
import { readManifest } from '../src/manifest/yaml.io.ts'
import { readPage, runSection } from './support/literate.ts'
import { writeManifest } from './support/manifest.ts'

const CHART = new Map([['shop.yaml', writeManifest()]])
const THREE = '--post-renderer podorder --post-renderer-args inject --post-renderer-args=-'
const run = (script: string, variables: Readonly<Record<string, string>> = {}, files = CHART) =>
  runSection({ title: '', scripts: [script] }, { sections: [], files }, variables)

test('both call it with what was rendered, and get the same back', async (t) => {
  const three = await run(`helm template shop manifests ${THREE} 2>/dev/null`)
  t.is(three.code, 0, three.output)
  t.regex(three.output, /^---\n# Source: shop\/templates\/shop\.yaml\n# The shop\.\n/)
  t.regex(three.output, /name: podorder-init/)
  const install = 'helm plugin install deploy/helm-plugin'
  const four = await run(`${install} && helm template shop manifests --post-renderer podorder 2>/dev/null`, {
    HELM_VERSION: '4',
  })
  t.deepEqual([four.code, four.output], [0, three.output])
})

test('Helm 4 takes no program, and both end with what podorder finds wrong', async (t) => {
  const four = await run(`helm template shop manifests ${THREE}`, { HELM_VERSION: '4' })
  t.deepEqual([four.code, /Type:postrenderer\/v1\} not found/.test(four.output)], [1, true], four.output)
  const wrong = new Map([['shop.yaml', writeManifest().replace('{db: ready}', '{dv: ready}')]])
  const three = await run(`helm template shop manifests ${THREE}`, {}, wrong)
  t.is(three.code, 1)
  t.regex(three.output, /exit status 2: stdin:\d+:\d+: container "web": unknown container "dv"; did you mean "db"\?/)
})

test('a chart without an order comes back as it was', async (t) => {
  const plain = writeManifest().replace(/ {2}annotations:\n.*\n/, '')
  const { code, output } = await run(`helm template shop manifests ${THREE}`, {}, new Map([['shop.yaml', plain]]))
  t.is(code, 0)
  t.true(output.includes(plain.trimEnd()), output)
})

test('the plugin is of this version, and the guide has both ways', (t) => {
  const { value } = readManifest(readFileSync('deploy/helm-plugin/plugin.yaml', 'utf8')).documents[0] ?? {}
  t.is((value as { version: string }).version, version)
  const section = readPage('docs/guide.md').sections.find(({ title }) => title === 'With Helm')
  t.is(section?.scripts.length, 2)
})
