/** A pod's volumes, as directories of this disk. */
import type { Container, Volume } from '../pod/pod.ts'
import type { PodFacts } from './fields.ts'
import { listVolumeFiles } from './volume-files.ts'
import type { LoadedPod } from './load.ts'
import type { RunPorts } from './ports.ts'

export interface VolumePlan {
  readonly volumes: readonly Volume[]
  readonly containers: readonly Container[]
  readonly directories: ReadonlyMap<string, string>
  /** The mode of directories; the disk's own when not given. */
  readonly mode?: number
}

/** Makes those that are mounted, with what stands in them when the pod begins. @returns what is wrong, in one line each */
export async function fillVolumes(
  { volumes, containers, directories, mode }: VolumePlan,
  facts: PodFacts,
  { file, given }: LoadedPod,
  { disk }: Pick<RunPorts, 'disk'>,
): Promise<string[]> {
  const faults: string[] = []
  const mounts = Map.groupBy(
    containers.flatMap(({ volumeMounts }) => volumeMounts ?? []),
    ({ name }) => name,
  )
  for (const volume of volumes) {
    const mounted = mounts.get(volume.name)
    const directory = directories.get(volume.name)
    if (mounted === undefined || directory === undefined) continue
    const files = listVolumeFiles(volume, facts, given)
    if ('problem' in files) {
      faults.push(`${file}: volume ${volume.name}: ${files.problem}; add it to the file`)
      continue
    }
    await disk.makeDirectory(directory, mode)
    for (const { path, content, mode: own } of files) await disk.makeFile(`${directory}/${path}`, content, own)
    // The kubelet makes a subPath that is not there a directory.
    const paths = new Set(files.map(({ path }) => path))
    for (const { subPath } of mounted) {
      if (subPath !== undefined && !paths.has(subPath)) await disk.makeDirectory(`${directory}/${subPath}`, mode)
    }
  }
  return faults
}
