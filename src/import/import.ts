/** `podorder import`: makes a pod with an order from a docker compose file, an ECS task definition or a Cloud Run service. */
import { readTexts } from '../manifest/yaml.io.ts'
import { CODE_FAILED, CODE_MISUSE } from '../base/exit-code.ts'
import { describeError } from '../base/system-error.ts'
import { writeOutput } from '../cli/output.ts'
import type { Tree } from '../manifest/tree.ts'
import { draftCloudRun, isCloudRun } from './cloud-run.ts'
import { draftProject } from './compose-draft.ts'
import { loadProject } from './compose-project.ts'
import { adoptTree, createOrigins } from './compose-tree.ts'
import type { VolumeKeeping } from './compose-shelf.ts'
import type { Draft } from './draft.ts'
import { draftEcsTask, isEcsTask } from './ecs-task.ts'
import type { ImportPorts } from './ports.ts'
import { collectRemarks, describeRemark, type Remark, type Remarks } from './remark.ts'
import { type ImportKind, writeDraft } from './write-draft.ts'

export interface ImportWish {
  /** Several paths are compose files, each merged over those before it; `-` is stdin. */
  readonly paths: readonly string[]
  readonly profiles: readonly string[]
  /** The name of the pod or workload; undefined: the name in the file, else the name of its directory. */
  readonly name: string | undefined
  readonly volumes: VolumeKeeping
}

export interface ImportOptions extends ImportWish {
  readonly kind: ImportKind
  /** A field that has no place in the pod is an error. */
  readonly strict: boolean
  /** A file; undefined = stdout. */
  readonly output: string | undefined
}

/** The draft, or why there is none; with remarks on what a pod cannot have. */
export interface Imported {
  readonly draft: Draft | undefined
  readonly refused: readonly Remark[]
  readonly noted: readonly Remark[]
}

const MAX_MIB = 10

/** @returns the exit code; when it is 2, nothing was written */
export async function importFiles(options: ImportOptions, ports: ImportPorts): Promise<number> {
  const { draft, refused, noted } = await readForeign(options, ports)
  const { terminal } = ports
  for (const remark of refused) terminal.complain(describeRemark(remark))
  const level = options.strict ? '' : 'podorder: note: '
  for (const remark of noted) terminal.complain(`${level}${describeRemark(remark)}`)
  if (draft === undefined || refused.length > 0) return CODE_MISUSE
  if (options.strict && noted.length > 0) {
    terminal.complain(
      'podorder: nothing was written, since --strict was given; correct the lines above, or leave it out',
    )
    return CODE_MISUSE
  }
  if (draft.containers.length === 0) {
    terminal.complain('podorder: there is no container left to write; choose profiles with --profile')
    return CODE_MISUSE
  }
  const code = await writeOutput(writeDraft(draft, options.kind), options.output, ports)
  return code === 0 ? 0 : CODE_FAILED
}

/** Reads files of other platforms. Never rejects. */
export async function readForeign(wish: ImportWish, ports: ImportPorts): Promise<Imported> {
  const remarks = collectRemarks()
  const draft = await readDraft(wish, remarks, ports)
  return { draft, refused: remarks.refused, noted: remarks.noted }
}

async function readDraft(wish: ImportWish, remarks: Remarks, ports: ImportPorts): Promise<Draft | undefined> {
  const [path = '-'] = wish.paths
  let text: string
  try {
    text = await ports.disk.readManifestFile(path, MAX_MIB)
  } catch (error) {
    const fix = 'give a compose file, an ECS task definition or a Cloud Run YAML, or - for stdin'
    remarks.refuse({ file: path, at: { line: 1, column: 1 } }, undefined, describeError(error), fix)
    return undefined
  }
  const single = wish.paths.length === 1 ? draftOther(text, path, wish.name, remarks) : undefined
  if (single !== undefined) return single
  // stdin can be read only once.
  const readAgain = (one: string, maxMib?: number): Promise<string> =>
    one === '-' ? Promise.resolve(text) : ports.disk.readManifestFile(one, maxMib)
  const disk = { ...ports.disk, readManifestFile: readAgain }
  const project = await loadProject(wish, remarks, { ...ports, disk })
  return project === undefined ? undefined : draftProject(project, wish.name, wish.volumes, disk)
}

/** @returns undefined when the file is neither of ECS nor of Cloud Run */
function draftOther(text: string, path: string, name: string | undefined, remarks: Remarks): Draft | undefined {
  const { trees } = readTexts(text)
  const raw = trees.find((tree) => isOther(tree))
  if (raw === undefined) return undefined
  const context = { origins: createOrigins(), remarks }
  const adopt = (tree: Tree): Tree =>
    adoptTree(tree, { file: path === '-' ? 'stdin' : path, directory: '.' }, undefined, context)
  const root = adopt(raw)
  if (isEcsTask(root)) return draftEcsTask(root, name, context)
  return draftCloudRun(root, trees.filter((tree) => tree !== raw).map(adopt), name, context)
}

const isOther = (tree: Tree): boolean => isEcsTask(tree) || isCloudRun(tree)

/** Translates a file for `podorder run`, which accepts the same files. @returns undefined for a manifest of Kubernetes */
export async function translateFile(
  path: string,
  text: string,
  volumes: VolumeKeeping,
  ports: ImportPorts,
): Promise<
  { readonly text: string; readonly notes: readonly string[] } | { readonly faults: readonly string[] } | undefined
> {
  const { trees } = readTexts(text)
  if (!isForeign(trees)) return undefined
  const readManifestFile: ImportPorts['disk']['readManifestFile'] = (one, maxMib) =>
    one === path ? Promise.resolve(text) : ports.disk.readManifestFile(one, maxMib)
  const wish = { paths: [path], profiles: [], name: undefined, volumes }
  const { draft, refused, noted } = await readForeign(wish, { ...ports, disk: { ...ports.disk, readManifestFile } })
  if (draft === undefined || refused.length > 0) return { faults: refused.map(describeRemark) }
  return { text: writeDraft(draft, 'Pod'), notes: noted.map(describeRemark) }
}

/** Whether it is a file of another platform, rather than a manifest of Kubernetes. */
function isForeign(trees: readonly Tree[]): boolean {
  return trees.some((tree) => isOther(tree) || isCompose(tree))
}

function isCompose(tree: Tree): boolean {
  if (tree.kind !== 'map') return false
  const keys = new Set(tree.entries.map(({ key }) => key))
  return !keys.has('kind') && (keys.has('services') || keys.has('include'))
}
