/**
 * Loading of a compose project: reads its files, replaces variables, merges `include`, `extends` and further files, applies profiles.
 *
 * Source: compose-spec 03-compose-file.md, 05-services.md (extends), 14-include.md, 15-profiles.md.
 */
import { readTexts } from '../manifest/yaml.io.ts'
import { describeError } from '../base/system-error.ts'
import { proposeWord } from '../base/suggest.ts'
import { describeKind, type Entry, findEntry, type MapTree, type Tree } from '../manifest/tree.ts'
import { SERVICE_KEYS, TOP_KEYS } from './compose-keys.ts'
import { extendServices } from './compose-extends.ts'
import { SERVICE_SHAPES, TOP_SHAPES } from './compose-shapes.ts'
import { checkType } from './compose-types.ts'
import { findLeftOut, type LeftOut } from './compose-left-out.ts'
import { mergeFiles } from './compose-merge.ts'
import {
  adoptTree,
  type ComposeContext,
  createOrigins,
  fieldAt,
  isMap,
  isReset,
  type Origin,
  placeOf,
  readItems,
  wordOf,
  wordsOf,
} from './compose-tree.ts'
import { readDotenv } from './dotenv.ts'
import type { Lookup } from './interpolate.ts'
import type { ImportPorts } from './ports.ts'
import type { FilePlace, Remarks } from './remark.ts'

export interface ComposeProject {
  /** The name in the file, else the name of its directory. */
  readonly name: string
  /** The services that are not left out. */
  readonly services: ReadonlyMap<string, MapTree>
  readonly leftOut: ReadonlyMap<string, LeftOut>
  /** The merged top-level sections; undefined when there is none. */
  readonly volumes: Tree | undefined
  readonly configs: Tree | undefined
  readonly secrets: Tree | undefined
  readonly networks: Tree | undefined
  readonly lookup: Lookup
  readonly context: ComposeContext
}

export interface ComposeWish {
  /** Files, each merged over those before it; `-` is stdin. */
  readonly paths: readonly string[]
  readonly profiles: readonly string[]
}

const MAX_MIB = 10
const DEEPEST_INCLUDE = 20

/** @returns undefined when the project is refused; the remarks say why */
export async function loadProject(
  { paths, profiles }: ComposeWish,
  remarks: Remarks,
  ports: ImportPorts,
): Promise<ComposeProject | undefined> {
  const context: ComposeContext = { origins: createOrigins(), remarks }
  const [first = '-'] = paths
  const directory = directoryOf(first, ports)
  const lookup = await readEnvironment(directory, [], ports)
  let root: Tree | undefined
  for (const path of paths) {
    const tree = await readFile(path, directory, lookup, context, ports, [])
    if (tree === undefined) continue
    root = root === undefined ? tree : mergeFiles(root, tree, context.origins)
  }
  if (!isMap(root) || remarks.refused.length > 0) return undefined
  const openFile = async (path: string, home: string, by: FilePlace): Promise<Tree | undefined> =>
    readFile(path, home, lookup, context, ports, [], by)
  const services = await extendServices(root, openFile, context, ports.disk)
  if (services.size === 0) {
    remarks.refuse(
      placeOf(root, context),
      undefined,
      'there are no services in it',
      'write "services:" with at least one',
    )
  }
  if (remarks.refused.length > 0) return undefined
  const leftOut = findLeftOut(services, profiles, ports.env['COMPOSE_PROFILES'] ?? lookup('COMPOSE_PROFILES'))
  return {
    name: wordOf(fieldAt(root, 'name')) ?? (first === '-' ? 'compose' : (directory.split('/').at(-1) ?? 'compose')),
    services: new Map([...services].filter(([name]) => !leftOut.has(name))),
    leftOut,
    volumes: fieldAt(root, 'volumes'),
    configs: fieldAt(root, 'configs'),
    secrets: fieldAt(root, 'secrets'),
    networks: fieldAt(root, 'networks'),
    lookup,
    context,
  }
}

function directoryOf(path: string, { disk, cwd }: ImportPorts): string {
  return path === '-' ? cwd : disk.directoryOf(disk.resolvePath(cwd, path))
}

/** Reads `.env`. Variables of the environment override it. */
async function readEnvironment(directory: string, files: readonly string[], ports: ImportPorts): Promise<Lookup> {
  const outside: Lookup = (name) => (Object.hasOwn(ports.env, name) ? ports.env[name] : undefined)
  const said = new Map<string, string>()
  for (const file of files.length > 0 ? files : ['.env']) {
    const look = await ports.disk.lookAtPath(ports.disk.resolvePath(directory, file))
    if (look.kind !== 'file' || !('text' in look.file)) continue
    for (const [name, value] of readDotenv(look.file.text, outside, said)) said.set(name, value)
  }
  return (name) => outside(name) ?? said.get(name)
}

/** @param within the files that include this one. @param by the place at which another file names it */
async function readFile(
  path: string,
  directory: string,
  lookup: Lookup,
  context: ComposeContext,
  ports: ImportPorts,
  within: readonly string[],
  by?: FilePlace,
): Promise<Tree | undefined> {
  const { remarks } = context
  const file = path === '-' ? 'stdin' : path
  const start = { file, at: { line: 1, column: 1 } }
  let text: string
  try {
    text = await ports.disk.readManifestFile(path, MAX_MIB)
  } catch (error) {
    if (by === undefined) remarks.refuse(start, undefined, describeError(error), 'give a compose file, or - for stdin')
    else remarks.refuse(by, undefined, `${path}: ${describeError(error)}`, 'put the file there, or leave it out')
    return undefined
  }
  const { trees, faults } = readTexts(text)
  for (const { at, what, fix } of faults) remarks.refuse({ file, at }, undefined, what, fix)
  const origin: Origin = { file, directory }
  let root: Tree | undefined
  for (const raw of trees) {
    const tree = adoptTree(raw, origin, lookup, context)
    root = root === undefined ? tree : mergeFiles(root, tree, context.origins)
  }
  if (root === undefined) {
    if (faults.length === 0) remarks.refuse(start, undefined, 'the file is empty', 'give a compose file with services')
    return undefined
  }
  if (!isMap(root)) {
    remarks.refuse(start, undefined, `it is ${describeKind(root)}, not a map`, 'give a compose file with services')
    return undefined
  }
  if (!checkTop(root, context)) return undefined
  return includeFiles(root, directory, lookup, context, ports, [...within, path])
}

function checkTop(root: MapTree, context: ComposeContext): boolean {
  const { remarks } = context
  if (findEntry(root, 'services') === undefined && findEntry(root, 'include') === undefined) {
    const fix = root.entries.some(({ value }) => isMap(value) && findEntry(value, 'image') !== undefined)
      ? 'it is a file of version 1: put its services below "services:"'
      : 'give a compose file, an ECS task definition, or a Cloud Run service, job or worker pool'
    remarks.refuse(placeOf(root, context), undefined, 'there are no services in it', fix)
    return false
  }
  for (const entry of root.entries) {
    const shape = TOP_SHAPES[entry.key]
    if (shape !== undefined) checkType(entry, shape, undefined, context)
    if (TOP_KEYS.includes(entry.key) || entry.key.startsWith('x-')) continue
    const fix = proposeWord(entry.key, TOP_KEYS, `it is one of ${TOP_KEYS.join(', ')}`)
    remarks.refuse(placeOf(entry, context), undefined, `unknown key "${entry.key}"`, fix)
  }
  const services = findEntry(root, 'services')?.value
  if (services !== undefined && !isMap(services) && (services.kind === 'list' || wordOf(services) !== undefined)) {
    const what = `services is ${describeKind(services)}, not a map`
    remarks.refuse(placeOf(services, context), undefined, what, 'write "NAME:" for each service')
  }
  for (const entry of isMap(services) ? services.entries : []) checkService(entry, context)
  return true
}

function checkService({ key: name, value, ...entry }: Entry, context: ComposeContext): void {
  const about = `service "${name}"`
  if (isReset(value)) return
  if (!isMap(value)) {
    const place = placeOf(value, context)
    context.remarks.refuse({ ...place, at: entry.keyAt }, about, 'it is empty', 'give it an image')
    return
  }
  for (const field of value.entries) {
    const shape = SERVICE_SHAPES[field.key]
    if (shape !== undefined) checkType(field, shape, about, context)
    if (shape !== undefined || field.key.startsWith('x-')) continue
    const fix = proposeWord(field.key, SERVICE_KEYS, 'remove it; docker compose does not know it either')
    context.remarks.refuse(placeOf(field, context), about, `unknown key "${field.key}"`, fix)
  }
}

async function includeFiles(
  root: MapTree,
  directory: string,
  lookup: Lookup,
  context: ComposeContext,
  ports: ImportPorts,
  within: readonly string[],
): Promise<Tree> {
  let merged: Tree = root
  for (const item of readItems(fieldAt(root, 'include'))) {
    const place = placeOf(item, context)
    const paths = isMap(item) ? wordsOf(fieldAt(item, 'path')) : wordsOf(item)
    for (const path of paths) {
      const inner = ports.disk.resolvePath(directory, path)
      if (within.includes(inner) || within.length > DEEPEST_INCLUDE) {
        context.remarks.refuse(place, undefined, `"${path}" includes itself`, 'remove one of the includes')
        continue
      }
      const said = wordOf(fieldAt(item, 'project_directory'))
      const beside = ports.disk.directoryOf(inner)
      const home = said === undefined ? beside : ports.disk.resolvePath(directory, said)
      const own = await readEnvironment(home, wordsOf(fieldAt(item, 'env_file')), ports)
      const both: Lookup = (name) => lookup(name) ?? own(name)
      const tree = await readFile(inner, home, both, context, ports, within, place)
      if (tree === undefined) continue
      refuseTwice(merged, tree, context)
      merged = mergeFiles(tree, merged, context.origins)
    }
  }
  return merged
}

/** Refuses a service that is also in an included file. */
function refuseTwice(root: Tree, included: Tree, context: ComposeContext): void {
  const own = fieldAt(root, 'services')
  const services = fieldAt(included, 'services')
  for (const entry of isMap(services) ? services.entries : []) {
    const twice = findEntry(own, entry.key)
    if (twice === undefined) continue
    const fix = 'rename one, or lay the file over the other: podorder import A B'
    context.remarks.refuse(placeOf(twice, context), `service "${entry.key}"`, 'an included file has it too', fix)
  }
}
