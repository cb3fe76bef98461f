/**
 * `bun scripts/krew.ts URL FOLDER`: the manifest of `kubectl krew install`, on stdout. URL is where the archives of a release lie,
 * FOLDER has them here. krew knows an archive by its digest.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { stringify } from 'yaml'
import manifest from '../package.json' with { type: 'json' }

const ARCHITECTURES = ['amd64', 'arm64'] as const

/** @param digestOf of an archive, by its name. Source: krew's PluginManifest, krew.googlecontainertools.github.com/v1alpha2 */
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
