/** Loads the pod to run from manifests: finds it, checks it and reads its order. Starts nothing. */
import { readNested, readPodManifest } from '../manifest/yaml.io.ts'
import { describeError } from '../base/system-error.ts'
import { KUSTOMIZED } from '../cli/kustomized.ts'
import { type Input, readInputs } from '../inject/inputs.ts'
import { findStrays } from '../inject/strays.ts'
import { findPods, type FoundPod } from '../manifest/found-pods.ts'
import { readKnownPolicy } from '../manifest/pod-policy.ts'
import type { TemplateKind } from '../manifest/template-kinds.ts'
import { readTemplate } from '../manifest/template.ts'
import { limitFaults } from '../manifest/yaml-fault.ts'
import { describeFault, describeUnplaced, type Fault, sortFaults, type Tree } from '../manifest/tree.ts'
import { findAbsentSidecars, namePod } from '../order/edges.ts'
import type { Order } from '../order/order.ts'
import { readPodOrder } from '../order/pod-order.ts'
import { allContainers, type PodTemplate, type RestartPolicy } from '../pod/pod.ts'
import { checkSidecars } from '../rewrite/rewrite-check.ts'
import { collectSources, type Sources } from '../pod/sources.ts'
import { proposeWord } from '../base/suggest.ts'
import { listNamedPorts, type NamedPort } from './named-ports.ts'
import type { RunPorts } from './ports.ts'
import { giveVariables, readVariables } from './env-file.ts'
import { selectContainers, type Selection } from './selection.ts'
import type { Given } from './suitability.ts'

export interface LoadedPod {
  /** The name of the file in faults: the path, or `stdin`. */
  readonly file: string
  /** Words a fault of the pod, with its place in the file if it has one. */
  readonly say: (fault: Fault) => string
  readonly name: string
  readonly template: PodTemplate
  /** Undefined: the pod has no order and runs as in Kubernetes. */
  readonly order: Order | undefined
  readonly given: Sources
  /** The base of relative paths: the manifest's directory. */
  readonly directory: string
  readonly warnings: readonly string[]
  readonly namedPorts: readonly NamedPort[]
}

export interface LoadRefusal {
  /** The faults, one line each. */
  readonly faults: readonly string[]
}

type Ports = Pick<RunPorts, 'disk' | 'cwd' | 'env' | 'translate'>

export interface Wanted {
  /** Files and directories; `-` is stdin. */
  readonly paths: readonly string[]
  readonly recursive: boolean
  /** `KIND/NAME` of the pod or workload to run; the first one when not given. */
  readonly only: string | undefined
  /** Further kinds with pod templates. */
  readonly templates: readonly TemplateKind[]
  /** Finds features of the pod that the runtime does not support. */
  readonly findUnsuitable: (
    template: Tree,
    given: Sources & Pick<Given, 'variables' | 'isTranslated'>,
  ) => readonly Fault[]
  readonly selection: Selection
  /** Paths of files with variables. */
  readonly envFiles: readonly string[]
}

/** A file that is a manifest, or was translated to one. */
interface ReadFile {
  readonly input: Input
  readonly documents: ReturnType<typeof readPodManifest>['documents']
  readonly pods: readonly FoundPod[]
  readonly faults: readonly Fault[]
  readonly say: (fault: Fault) => string
  readonly isTranslated: boolean
  readonly notes: readonly string[]
  /** Finds annotations of an order at places where nothing reads them, in the objects that `isWanted` selects. */
  readonly findStrays: (isWanted: (object: Pick<FoundPod, 'kind' | 'name'>) => boolean) => readonly Fault[]
}

async function readFile(
  input: Input,
  templates: readonly TemplateKind[],
  ports: Ports,
): Promise<ReadFile | LoadRefusal> {
  const translated = await ports.translate(input.path, input.text)
  if (translated !== undefined && 'faults' in translated) return translated
  const { documents, faults, strange } = readPodManifest(translated?.text ?? input.text)
  const isTranslated = translated !== undefined
  const describe = isTranslated ? describeUnplaced : describeFault
  const say = (fault: Fault): string => describe(input.file, fault)
  const opened = documents.map((one) => ({ ...one, tree: one.tree() }))
  return {
    ...{ input, documents, say, isTranslated, faults: [...faults, ...strange], notes: translated?.notes ?? [] },
    pods: findPods(opened, say, templates),
    findStrays: (isWanted) => opened.flatMap((document) => findStrays(document, templates, isWanted).lost),
  }
}

export async function loadPod(
  { paths, recursive, only, templates, findUnsuitable, selection, envFiles }: Wanted,
  ports: Ports,
): Promise<LoadedPod | LoadRefusal> {
  // The limit of the size is the default one, since nobody runs a file of ten thousand pods.
  const disk = { ...ports.disk, readManifestFile: (path: string) => ports.disk.readManifestFile(path) }
  const inputs = await readInputs(paths, recursive, { disk })
  if ('problems' in inputs) return { faults: inputs.problems }
  const files: ReadFile[] = []
  for (const input of inputs) {
    const read = await readFile(input, templates, ports)
    if (!('input' in read)) return read
    files.push(read)
  }
  const variables = await readAllVariables(envFiles, ports)
  if ('faults' in variables) return variables
  const given = collectSources(files.flatMap(({ documents }) => documents.map(({ value }) => value)))
  /** The faults of all files except one. */
  const others = (own: ReadFile | undefined): readonly string[] =>
    files.flatMap((one) => (one === own ? [] : sortFaults(limitFaults(one.faults)).map(one.say)))
  const chosen = choose(
    files.flatMap(({ pods }) => pods),
    only,
    files.every(({ documents }) => documents.length === 0),
  )
  const strays = files.flatMap(({ say, ...one }) =>
    one.findStrays(({ kind, name }) => !('tree' in chosen) || (kind === chosen.kind && name === chosen.name)).map(say),
  )
  if (strays.length > 0) return { faults: [...others(undefined), ...strays] }
  if (!('tree' in chosen)) {
    const broken = others(undefined)
    const [first, ...more] = files
    if (broken.length > 0) return { faults: broken }
    if (first === undefined || more.length > 0) {
      return { faults: [`${inputs.map(({ file }) => file).join(', ')}: ${chosen.what}; ${chosen.fix}`] }
    }
    return { faults: [first.say({ at: first.documents[0]?.at ?? { line: 1, column: 1 }, ...chosen })] }
  }
  const home = files.find(({ pods }) => pods.includes(chosen))
  if (home === undefined) throw new Error('the pod belongs to no file')
  const { input, say, isTranslated, faults } = home
  const words = (list: readonly Fault[]) => [...others(home), ...sortFaults(list).map(say)]
  const { tree } = chosen
  const restartPolicy = readKnownPolicy(chosen)
  const { order, faults: own, warnings, sound } = readPodOrder(tree, readNested, { restartPolicy })
  const sidecars = order === undefined ? [] : [...checkSidecars(tree, order), ...refuseAbsent(tree, order)]
  const refused = [...limitFaults(faults), ...own, ...sidecars]
  if (refused.length > 0 && !sound) return { faults: words(refused) }
  const selected = selectContainers(dropNulls(givePolicy(chosen.template, restartPolicy)), order, selection)
  if ('problem' in selected) return { faults: [`${input.file}: ${selected.problem}`] }
  const kept = listNames(selected.template)
  const isKept = ({ container }: { readonly container?: string }): boolean =>
    container === undefined || kept.has(container)
  const all = [...refused, ...findUnsuitable(tree, { ...given, variables, isTranslated }).filter(isKept)]
  if (all.length > 0 || others(home).length > 0) return { faults: words(all) }
  const { name } = chosen
  return {
    ...{ name, given, say, file: input.file, order: selected.order },
    template: giveVariables(selected.template, variables, given),
    directory: findDirectory(input.path, ports),
    warnings: [...home.notes, ...sortFaults(warnings).map(say), ...selected.notes],
    namedPorts: listNamedPorts(tree).filter(isKept),
  }
}

function findDirectory(path: string, { disk, cwd }: Ports): string {
  if (path === '-') return cwd
  return path.startsWith(KUSTOMIZED) ? path.slice(KUSTOMIZED.length) : disk.directoryOf(path)
}

function listNames({ spec }: PodTemplate): ReadonlySet<string> {
  return new Set(allContainers(spec).map(({ name }) => name))
}

async function readAllVariables(
  paths: readonly string[],
  { disk, env }: Ports,
): Promise<ReadonlyMap<string, string> | LoadRefusal> {
  const variables = new Map<string, string>()
  for (const path of paths) {
    try {
      const read = readVariables(path, await disk.readManifestFile(path), env)
      if ('problem' in read) return { faults: [read.problem] }
      for (const [name, value] of read) variables.set(name, value)
    } catch (error) {
      return { faults: [`--env-file ${path}: ${describeError(error)}`] }
    }
  }
  return variables
}

/** Sets the restartPolicy that the controller of the kind would write. */
function givePolicy(template: PodTemplate, restartPolicy: RestartPolicy | undefined): PodTemplate {
  return restartPolicy === undefined ? template : { ...template, spec: { ...template.spec, restartPolicy } }
}

/** Removes nulls. Kubernetes treats them as missing, since Go's JSON decoder does. */
function dropNulls<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(dropNulls) as Value
  const kept = Object.entries(value).filter(([, part]) => part !== null)
  return Object.fromEntries(kept.map(([key, part]) => [key, dropNulls(part as unknown)])) as Value
}

/** Refuses waits for sidecars that are missing in the manifest, since no webhook adds them in a run on this machine. */
function refuseAbsent(tree: Tree, { outside }: Order): readonly Fault[] {
  const fix = 'add it to the manifest, or remove this to run the pod here'
  return findAbsentSidecars(outside, namePod(readTemplate(tree)), fix)
}

/** @returns the template, or the problem. */
function choose(
  candidates: readonly FoundPod[],
  only: string | undefined,
  empty: boolean,
): FoundPod | Pick<Fault, 'what' | 'fix'> {
  const names = candidates.map(({ kind, name }) => `${kind}/${name}`)
  const wanted = only?.toLowerCase()
  const found = candidates.find((_, index) => wanted === undefined || names[index]?.toLowerCase() === wanted)
  if (found !== undefined) return found
  if (names.length === 0) {
    const fix = 'give a Pod, or a workload such as a Deployment or a Job'
    return { what: empty ? 'the file is empty' : 'there is no pod in it', fix }
  }
  return { what: `there is no ${only} in it`, fix: proposeWord(only ?? '', names, `it has ${names.join(', ')}`) }
}
