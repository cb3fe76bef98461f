/** The pods of manifests, of which the doctor is asked. */
import { readInputs, type WantedManifests } from '../inject/inputs.ts'
import { openManifest } from '../inject/manifest.ts'
import { checkOnly, isWanted } from '../inject/orders.ts'
import type { ManifestPorts } from '../inject/ports.ts'
import { findNamespace } from '../manifest/found-pods.ts'
import type { PodWanted } from './see-pod.ts'

/** @returns at least one pod, with the namespace that is named first; or everything that is wrong, one line each */
export async function readWantedPods(
  { paths, recursive, only, templates }: WantedManifests,
  ports: Pick<ManifestPorts, 'disk'>,
): Promise<
  | { readonly pods: readonly PodWanted[]; readonly namespace: string | undefined }
  | { readonly problems: readonly string[] }
> {
  const inputs = await readInputs(paths, recursive, ports)
  if ('problems' in inputs) return inputs
  const opened = inputs.map((input) => openManifest(input, templates))
  const problems = opened.flatMap((one) => ('problems' in one ? one.problems : []))
  if (problems.length > 0) return { problems }
  const all = opened.flatMap((one) => ('problems' in one ? [] : one.pods))
  const strangers = checkOnly(only, [{ pods: all }])
  if (strangers.length > 0) return { problems: strangers }
  const wanted = all.filter((pod) => isWanted(pod, only))
  if (wanted.length === 0) return { problems: [`podorder: no pod is in ${inputs.map(({ file }) => file).join(', ')}`] }
  return {
    pods: wanted.map(({ kind, name, template }) => ({ name: `${kind}/${name}`, template })),
    namespace: wanted.map(findNamespace).find((namespace) => namespace !== undefined),
  }
}
