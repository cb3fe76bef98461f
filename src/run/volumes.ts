/** A pod's volumes as directories on this disk. */
import type { Container, Volume } from '../pod/pod.ts'
import type { PodFacts } from './fields.ts'
import { listVolumeFiles } from './volume-files.ts'
import type { LoadedPod } from './load.ts'
import type { RunPorts } from './ports.ts'

export interface VolumePlan {
  readonly volumes: readonly Volume[]
  readonly containers: readonly Container[]
  readonly directories: ReadonlyMap<string, string>
  /** The mode of the directories; undefined: that of the umask. */
  readonly mode?: number
}

/** Makes the mounted volumes with their initial content. @returns the faults, one line each */
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
    // The kubelet makes a directory for a missing subPath.
    const paths = new Set(files.map(({ path }) => path))
    for (const { subPath } of mounted) {
      if (subPath !== undefined && !paths.has(subPath)) await disk.makeDirectory(`${directory}/${subPath}`, mode)
    }
  }
  return faults
}
