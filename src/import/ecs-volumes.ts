/** Volumes of an ECS task definition. */
import type { Tree } from '../manifest/tree.ts'
import { type ComposeContext, fieldAt, isMap, placeOf, booleanOf, readItems, wordOf } from './compose-tree.ts'
import { compact, type PlainMap, toLabel } from './draft.ts'
import { parseComposeSize, writeBytes } from './units.ts'

interface EcsVolumes {
  /** Volumes by their names in the pod. */
  readonly volumes: Map<string, PlainMap>
  readonly objects: readonly PlainMap[]
}

/** Reads volumes. One without a source lasts as long as the task. EFS becomes a claim, for which the cluster must have a volume. */
export function readEcsVolumes(task: Tree, context: ComposeContext): EcsVolumes {
  const volumes = new Map<string, PlainMap>()
  for (const item of readItems(fieldAt(task, 'volumes'))) {
    const written = wordOf(fieldAt(item, 'name')) ?? 'volume'
    const name = toLabel(written)
    const efs = fieldAt(item, 'efsVolumeConfiguration') ?? fieldAt(item, 'fsxWindowsFileServerVolumeConfiguration')
    const path = wordOf(fieldAt(item, 'host', 'sourcePath'))
    const place = placeOf(item, context)
    if (efs !== undefined) {
      const fix = `make the claim "${name}" for it`
      context.remarks.note(place, undefined, `volume "${written}" is a file system of AWS`, fix)
      volumes.set(name, { name, persistentVolumeClaim: { claimName: name } })
      continue
    }
    for (const entry of isMap(item) ? item.entries : []) {
      const { key } = entry
      if (['name', 'host'].includes(key) || wordOf(entry.value) === 'false') continue
      const fix = 'the containers get an empty directory instead; use a PersistentVolumeClaim to keep it'
      context.remarks.note(placeOf(entry, context), undefined, `${key} of volume "${written}" is not converted`, fix)
    }
    if (path !== undefined) {
      const fix = 'the containers get an empty directory instead'
      context.remarks.note(place, undefined, `volume "${written}" is ${path} of the machine`, fix)
    }
    volumes.set(name, { name, emptyDir: {} })
  }
  return { volumes, objects: [] }
}

/** @param isList the file is a list of containers, without the volumes of its task */
export function readEcsMounts(
  one: Tree,
  volumes: Map<string, PlainMap>,
  isList: boolean,
  about: string,
  context: ComposeContext,
): readonly PlainMap[] {
  const mounts = readItems(fieldAt(one, 'mountPoints')).flatMap((item) => {
    const source = wordOf(fieldAt(item, 'sourceVolume')) ?? ''
    const mountPath = wordOf(fieldAt(item, 'containerPath'))
    if (mountPath === undefined) return []
    if (isList && !volumes.has(toLabel(source))) {
      const fix = 'the containers get an empty directory instead; use a PersistentVolumeClaim to keep it'
      context.remarks.note(placeOf(item, context), about, `the volume "${source}" is not in this file`, fix)
      volumes.set(toLabel(source), { name: toLabel(source), emptyDir: {} })
    }
    if (!volumes.has(toLabel(source))) {
      const fix = 'declare it among the volumes of the task'
      context.remarks.refuse(placeOf(item, context), about, `there is no volume "${source}"`, fix)
      return []
    }
    const readOnly = booleanOf(fieldAt(item, 'readOnly')) === true ? true : undefined
    return [compact({ name: toLabel(source), mountPath, readOnly })]
  })
  for (const item of readItems(fieldAt(one, 'volumesFrom'))) {
    const fix = 'list the mounts in this container too'
    context.remarks.note(placeOf(item, context), about, 'volumesFrom is not converted', fix)
  }
  const shared = wordOf(fieldAt(one, 'linuxParameters', 'sharedMemorySize'))
  if (shared !== undefined) {
    const size = writeBytes(parseComposeSize(`${shared}m`) ?? 0)
    const fix = `mount an emptyDir of the medium Memory, ${size}, at /dev/shm`
    context.remarks.note(placeOf(one, context), about, 'sharedMemorySize is not converted', fix)
  }
  return mounts
}
