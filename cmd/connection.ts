/** The connection of every command to the API server: by a kubeconfig in YAML, or as a pod. */
import type { openKube } from '../src/kube/kube.io.ts'

export async function connect(wish: Parameters<typeof openKube>[0]): ReturnType<typeof openKube> {
  const kube = await import('../src/kube/kube.io.ts')
  return kube.openKube(wish, process.env, readYaml)
}

async function readYaml(text: string): Promise<{ readonly value: unknown } | { readonly problem: string }> {
  const { documents, faults } = (await import('../src/manifest/yaml.io.ts')).readManifest(text)
  return faults[0] === undefined ? { value: documents[0]?.value } : { problem: faults[0].what }
}
