/** Directories in memory: `tmpfs` and `shm_size` of a compose service. */
import { type Entry, findEntry, type Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { putVolume, type VolumeShelf } from './compose-shelf.ts'
import { fieldAt, readItems, wordOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'
import { parseComposeSize, writeBytes } from './units.ts'

/** @returns the mounts, followed by those in memory */
export function readTmpfs(
  named: Named,
  before: readonly PlainMap[],
  shelf: VolumeShelf,
  context: ContainerContext,
): readonly PlainMap[] {
  const { tree } = named
  const mounts = [...before]
  for (const item of readItems(fieldAt(tree, 'tmpfs'))) {
    const [target = '', said = ''] = (wordOf(item) ?? '').split(/:(.*)/s)
    if (target === '') continue
    if (!target.startsWith('/')) {
      context.refuse(item, `"${target}" is not an absolute path`, 'mount it at a path that begins with /')
      continue
    }
    const options = said.split(',').filter((option) => option !== '' && option !== 'rw' && option !== 'size=')
    const size = options.find((option) => option.startsWith('size=') && !option.endsWith('%'))?.slice('size='.length)
    noteTmpfs(
      options.filter((option) => !option.startsWith('size=') || option.endsWith('%')),
      item,
      context,
    )
    mounts.push(mountMemory(target, size, item, named, shelf, context))
  }
  const shm = findEntry(tree, 'shm_size')
  const shmSize = wordOf(shm?.value)
  const isMounted = mounts.some(({ mountPath }) => mountPath === '/dev/shm')
  if (shm !== undefined && shmSize !== undefined && !isMounted)
    mounts.push(mountMemory('/dev/shm', shmSize, shm, named, shelf, context))
  return mounts
}

/** Remarks on options that an emptyDir does not have, such as its owner, or whether its files may be executed. */
export function noteTmpfs(options: readonly string[], at: Tree | Entry, { note }: ContainerContext): void {
  if (options.length === 0) return
  const what = `${options.join(',')} of a tmpfs is not converted`
  note(at, what, 'an empty directory in memory takes a size only, and is open to all users')
}

export function mountMemory(
  target: string,
  size: string | undefined,
  at: Tree | Entry,
  named: Named,
  shelf: VolumeShelf,
  { refuse }: ContainerContext,
): PlainMap {
  const bytes = size === undefined ? undefined : parseComposeSize(size)
  if (size !== undefined && bytes === undefined) refuse(at, `"${size}" is not a size`, 'write it as 64m')
  const emptyDir = compact({ medium: 'Memory', sizeLimit: bytes === undefined ? undefined : writeBytes(bytes) })
  const name = putVolume(`memory ${named.container} ${target}`, `${named.container}-${target}`, { emptyDir }, shelf)
  return { name, mountPath: target }
}
