/** What waiting for targets outside the pod takes. */
import { openKube } from '../src/adapters/kube/kube.ts'
import type { WaitPorts } from '../src/commands/wait.ts'
import type { Files } from '../src/core/files.ts'

export function openTools(files: Files): Pick<WaitPorts, 'openKube' | 'prober' | 'watchPaths' | 'exists'> {
  return {
    openKube: (wish) => openKube(wish, process.env, readYaml),
    prober: async () => (await import('../src/adapters/prober/prober.ts')).createProber(),
    watchPaths: async (paths, wake, warn) => (await import('../src/adapters/watch.ts')).watchPaths(paths, wake, warn),
    exists: (path) => files.find(path) !== undefined,
  }
}

async function readYaml(text: string): Promise<{ readonly value: unknown } | { readonly problem: string }> {
  const { documents, faults } = (await import('../src/adapters/yaml.ts')).readManifest(text)
  return faults[0] === undefined ? { value: documents[0]?.value } : { problem: faults[0].what }
}
