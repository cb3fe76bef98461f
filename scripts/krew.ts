/**
 * `bun scripts/krew.ts URL FOLDER`: writes the manifest for `kubectl krew install` to stdout. URL is the address of the archives of a
 * release. FOLDER is a local directory with the same archives, whose digests the manifest needs.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { stringify } from 'yaml'
import manifest from '../package.json' with { type: 'json' }

const ARCHITECTURES = ['amd64', 'arm64'] as const

/** @param digestOf returns the digest of an archive. Source: PluginManifest of krew.googlecontainertools.github.com/v1alpha2 */
export function writeKrew(url: string, digestOf: (archive: string) => string): string {
  return stringify({
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'podorder' },
    spec: {
      version: `v${manifest.version}`,
      homepage: url.replace(/\/releases\/.*$/, ''),
      shortDescription: 'Start containers of a pod in order',
      description: manifest.description,
      platforms: ARCHITECTURES.map((arch) => {
        const archive = `podorder-v${manifest.version}-linux-${arch}.tar.gz`
        return {
          selector: { matchLabels: { os: 'linux', arch } },
          uri: `${url}/${archive}`,
          sha256: digestOf(archive),
          bin: 'kubectl-podorder',
          files: [{ from: '*', to: '.' }],
        }
      }),
    },
  })
}

if (import.meta.main) {
  const [, , url = '', folder = ''] = process.argv
  process.stdout.write(
    writeKrew(url, (archive) =>
      createHash('sha256')
        .update(readFileSync(`${folder}/${archive}`))
        .digest('hex'),
    ),
  )
}
