/** The manifest for krew: what a release's archives are called, where they lie, and what is in them. */
import test from 'ava'
import { parse } from 'yaml'
import { writeKrew } from '../../scripts/krew.ts'
import manifest from '../../package.json' with { type: 'json' }

test('each archive of the release is there, with its digest and the program that kubectl starts', (t) => {
  const url = 'https://example.org/podorder/releases/download/v1'
  const plugin = parse(writeKrew(url, (archive) => `digest of ${archive}`)) as {
    metadata: { name: string }
    spec: { version: string; homepage: string; platforms: readonly Record<string, unknown>[] }
  }
  t.is(plugin.metadata.name, 'podorder')
  t.is(plugin.spec.version, `v${manifest.version}`)
  t.is(plugin.spec.homepage, 'https://example.org/podorder')
  t.deepEqual(
    plugin.spec.platforms.map(({ uri, sha256, bin }) => [uri, sha256, bin]),
    ['amd64', 'arm64'].map((arch) => {
      const archive = `podorder-v${manifest.version}-linux-${arch}.tar.gz`
      return [`${url}/${archive}`, `digest of ${archive}`, 'kubectl-podorder']
    }),
  )
})
