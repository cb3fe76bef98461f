/**
 * Files and directories of this machine that services mount. Small ones become ConfigMaps. Any other directory becomes an empty
 * volume, which all services that mount it share.
 */
import type { Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import {
  type BindPlan,
  describeNoFile,
  putObject,
  putVolume,
  takeName,
  toKey,
  type VolumeShelf,
} from './compose-shelf.ts'
import type { PathLook, SmallFile } from './ports.ts'

/** A mount of a path of this machine. */
export interface BindUse {
  readonly named: Named
  readonly item: Tree
  readonly source: string
  /** The source as an absolute path. */
  readonly path: string
  readonly target: string
  readonly readOnly: boolean
}

/** What a path becomes, and the remark about it. */
interface BindDecision {
  readonly become: 'nothing' | 'file' | 'files' | 'empty'
  readonly files?: ReadonlyMap<string, SmallFile>
  readonly what?: string
  readonly fix?: string
}

/** Paths that belong to the machine: each node has its own. */
const OF_THE_MACHINE =
  /^\/(?:$|(?:bin|boot|dev|etc|lib|lib64|proc|run|sbin|sys|usr|var\/lib\/docker|var\/log|var\/run)(?:\/|$)|tmp$)/

const DRIVE = /^[A-Za-z]:/

/** Decides what each path becomes, and remarks on what is lost. */
export async function planBinds(
  uses: readonly BindUse[],
  shelf: VolumeShelf,
  contextOf: (named: Named) => ContainerContext,
): Promise<void> {
  const empty = new Map<string, readonly BindUse[]>()
  for (const [path, of] of Map.groupBy(uses, (use) => use.path)) {
    const [first] = of
    if (first === undefined) continue
    if (shelf.plan === 'local') {
      const name = putVolume(`bind ${path}`, nameOf(first, contextOf), { hostPath: { path } }, shelf)
      shelf.binds.set(path, { name, readOnly: false })
      continue
    }
    const decision = await decide(of, contextOf(first.named))
    const { become, files, what, fix } = decision
    if (become === 'empty') empty.set(path, of)
    else shelf.binds.set(path, files === undefined ? undefined : carryFiles(first, become, files, shelf, contextOf))
    if (what !== undefined) noteAll(of, what, fix ?? tellEmpty(of), contextOf)
  }
  placeEmpty(empty, shelf, contextOf)
}

/** Reports the first place for each service, so that all services get one remark. */
function noteAll(
  of: readonly BindUse[],
  what: string,
  fix: string,
  contextOf: (named: Named) => ContainerContext,
): void {
  const [first] = of
  for (const { named } of first === undefined ? [] : of) contextOf(named).note(first?.item ?? named.tree, what, fix)
}

/** Says who has the empty directory. */
function tellMounts(of: readonly BindUse[]): string {
  return of.length > 1 ? 'all its mounts share one empty directory' : 'the container gets an empty directory'
}

function tellEmpty(of: readonly BindUse[]): string {
  return `${tellMounts(of)}, which ends with the pod; use a named volume to keep it`
}

function tellHidden(of: readonly BindUse[]): string {
  return `${tellMounts(of)}, which hides what the image has there; bring the files in the image, or in a volume`
}

async function decide(of: readonly BindUse[], context: ContainerContext): Promise<BindDecision> {
  const [{ source, path, item } = { source: '', path: '', item: undefined }] = of
  const { origins, disk } = context
  const home = item === undefined ? '' : origins.of(item).directory
  const isRelative = !/^[/~]/.test(source)
  const isWithin = isRelative || [home, disk.resolvePath('.', '.')].some((one) => isBelow(path, one))
  if (DRIVE.test(source)) return { become: 'nothing', what: `"${source}" is a path of Windows`, fix: 'it is left out' }
  if (!isWithin && OF_THE_MACHINE.test(path)) {
    const fix = 'it is left out; if that of the node is meant, mount it as a volume of type hostPath'
    return { become: 'nothing', what: `"${source}" is a path of the machine itself, and of each node`, fix }
  }
  // The project's directory, or one above it, has sources, which belong into the image.
  if (isWithin && isBelow(home, path)) {
    return {
      become: 'empty',
      what: `"${source}" holds the project itself, which does not go along`,
      fix: tellHidden(of),
    }
  }
  const look: PathLook = isWithin ? await disk.lookAtPath(path) : { kind: 'absent' }
  switch (look.kind) {
    case 'file':
      return { become: 'file', files: new Map([[lastPart(path), look.file]]), ...tellReadOnly(of) }
    case 'directory':
      return decideDirectory(look, of)
    case 'absent':
      if (!of.some(isFileByName)) return { become: 'empty', what: `"${source}" is a path of this machine` }
      if (!isWithin) {
        const fix = 'it is left out; make a ConfigMap or Secret of the file, and mount that'
        return { become: 'nothing', what: `"${source}" is a path of this machine`, fix }
      }
      return {
        become: 'nothing',
        what: describeNoFile(look, `"${source}"`),
        fix: 'its mount is left out; make it, and import again',
      }
    case 'large':
    case 'other':
    case 'unreadable': {
      const fix = 'its mount is left out; bring it in the image, or in a volume'
      return { become: 'nothing', what: describeNoFile(look, `"${source}"`), fix }
    }
  }
}

/** Names of files that containers usually write. */
const WRITTEN = /\.(?:db|lock|log|pid|sqlite\d?)$/

function decideDirectory({ files, others }: PathLook & { kind: 'directory' }, of: readonly BindUse[]): BindDecision {
  const [{ source } = { source: '' }] = of
  const isRead = of.every(({ readOnly }) => readOnly)
  if (files === undefined) {
    return { become: 'empty', what: `the directory "${source}" is too large for a ConfigMap`, fix: tellHidden(of) }
  }
  if (files.size === 0 && others === 0) return { become: 'empty', what: `"${source}" is a path of this machine` }
  if (others > 0 || files.size === 0) {
    const what = `the directory "${source}" has more in it than plain files, so it does not fit in a ConfigMap`
    return { become: 'empty', what, fix: tellHidden(of) }
  }
  const isPlain = [...files].every(([name, file]) => 'text' in file && !WRITTEN.test(name))
  if (isRead || isPlain) return { become: 'files', files, ...tellReadOnly(of) }
  return { become: 'empty', what: `the directory "${source}" holds data, which does not go along`, fix: tellHidden(of) }
}

/** A remark when a mount is writable: a ConfigMap is read-only. */
function tellReadOnly(of: readonly BindUse[]): Pick<BindDecision, 'what' | 'fix'> {
  const [{ source } = { source: '' }] = of
  if (of.every(({ readOnly }) => readOnly)) return {}
  const fix = 'write :ro if it is only read, or use a volume if it is written'
  return { what: `"${source}" goes along as a ConfigMap, which the container cannot write to`, fix }
}

function isFileByName({ path, target }: BindUse): boolean {
  if (target.endsWith('/')) return false
  return [path, target].some((one) => /[^/]\.(?!d$)[A-Za-z]\w*$/.test(one) || /\/[A-Z][a-z]+file$/.test(one))
}

const isBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)

const lastPart = (path: string): string => path.split('/').at(-1) ?? ''

/** Names a path within the project by its relative path. */
function nameOf({ named, item, source, path }: BindUse, contextOf: (named: Named) => ContainerContext): string {
  const { directory } = contextOf(named).origins.of(item)
  return isBelow(path, directory) && path !== directory ? path.slice(directory.length + 1) : source
}

const EXECUTABLE = 0o755

function carryFiles(
  use: BindUse,
  become: BindDecision['become'],
  files: ReadonlyMap<string, SmallFile>,
  shelf: VolumeShelf,
  contextOf: (named: Named) => ContainerContext,
): BindPlan {
  const name = takeName('ConfigMap', `bind ${use.path}`, `${shelf.project}-${nameOf(use, contextOf)}`, shelf)
  const keyed = become === 'file' ? new Map([...files].map(([key, file]) => [toKey(key), file])) : files
  const [key = ''] = keyed.keys()
  const mode = [...files.values()].some(({ executable }) => executable === true) ? EXECUTABLE : undefined
  const isFile = become === 'file'
  const volume = putObject({ kind: 'ConfigMap', name, key: isFile ? key : undefined, files: keyed, mode }, shelf)
  return { name: volume, readOnly: true, ...(isFile ? { subPath: key } : {}) }
}

/** Makes the empty volumes. A directory within another mounted directory is a part of the same volume. */
function placeEmpty(
  empty: ReadonlyMap<string, readonly BindUse[]>,
  shelf: VolumeShelf,
  contextOf: (named: Named) => ContainerContext,
): void {
  const paths = [...empty.keys()].toSorted((one, other) => one.length - other.length)
  for (const [path] of empty) {
    const root = paths.find((one) => isBelow(path, one)) ?? path
    const [use] = empty.get(root) ?? []
    if (use === undefined) continue
    const name = putVolume(`bind ${root}`, `${nameOf(use, contextOf)}-dir`, { emptyDir: {} }, shelf)
    const subPath = path === root ? {} : { subPath: path.slice(root.length + 1) }
    shelf.binds.set(path, { name, readOnly: false, ...subPath })
  }
}
