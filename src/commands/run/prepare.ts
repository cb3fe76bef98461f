/** From a loaded pod to what is started: rewritten as in a cluster, its volumes on this disk, its words made local. */
import { buildEnvironment } from '../../core/environment.ts'
import { expand } from '../../core/expand.ts'
import { gatherFacts, type PodFacts } from '../../core/fields.ts'
import { createRelocation } from '../../core/mounts.ts'
import type { Order } from '../../core/order.ts'
import type { Container, PodTemplate, Volume } from '../../core/pod.ts'
import { BIN_VOLUME, INIT_CONTAINER, rewritePod, RUN_VOLUME } from '../../core/rewrite.ts'
import type { Member, Rules } from '../../core/supervision.ts'
import { listVolumeFiles } from '../../core/volume-files.ts'
import type { LoadedPod, Refusal } from './load.ts'
import type { RunPorts } from './ports.ts'

export interface Launch {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** It runs through the entrypoint, and tells by flags how it is. */
  readonly wrapped: boolean
  /** A probe measures its readiness; else it is ready as soon as it is started. */
  readonly measured: boolean
  /** What it waits for: `db/ready`. */
  readonly waits: readonly string[]
  /** The containers whose flags start or stop it. */
  readonly causes: readonly string[]
}

export interface PodPlan {
  readonly name: string
  readonly members: readonly Member[]
  readonly rules: Rules
  readonly launches: ReadonlyMap<string, Launch>
  readonly runDir: string
}

export interface PrepareOptions {
  readonly workspace: string
  readonly timeScale: number
}

type Ports = Pick<RunPorts, 'disk' | 'env' | 'entrypoint' | 'machine' | 'makeUid'>

const DEFAULT_GRACE_S = 30
const PROBE_FLAGS: ReadonlySet<string> = new Set(['--ready-probe', '--startup-probe'])
/** What programs need to find themselves at home on this machine; nothing else comes in from outside. */
const HOST_VARIABLES = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_.*|TERM|TZ|TMPDIR)$/

export async function preparePod(
  pod: LoadedPod,
  { workspace, timeScale }: PrepareOptions,
  ports: Ports,
): Promise<PodPlan | Refusal> {
  const { order } = pod
  const { spec } = order === undefined ? pod.template : rewritePod(pod.template, order, { image: 'podorder' })
  const facts = gatherFacts(pod.template, pod.name, ports.makeUid(), ports.machine)
  const runDir = `${workspace}/run`
  const directories = new Map([
    ...(spec.volumes ?? []).map(({ name }) => [name, `${workspace}/volumes/${name}`] as const),
    [RUN_VOLUME, runDir] as const,
    [BIN_VOLUME, `${workspace}/bin`] as const,
  ])
  // What podorder-init does in a cluster.
  await ports.disk.makeCommand(`${workspace}/bin/entrypoint`, ports.entrypoint)
  for (const name of order?.containers ?? []) await ports.disk.makeDirectory(`${runDir}/${name}`)

  const initContainers = (spec.initContainers ?? []).filter(({ name }) => name !== INIT_CONTAINER)
  const containers = [...initContainers, ...spec.containers]
  const faults = await fillVolumes(spec.volumes ?? [], containers, directories, facts, pod, ports)
  const main = order?.main ?? []
  const edges = Map.groupBy(order?.edges ?? [], ({ container }) => container)
  const wrapped = new Set(order?.containers)
  const launches = new Map<string, Launch>()
  for (const container of containers) {
    const local = makeLocal(container, directories, facts, pod, ports)
    if ('faults' in local) faults.push(...local.faults)
    else {
      const { name } = container
      const [program = '', ...words] = local.argv
      launches.set(name, {
        ...local,
        // How it is with the containers is the runner's to say; what goes wrong the wrapper still says itself.
        argv: wrapped.has(name) ? [program, '--quiet', ...words] : local.argv,
        wrapped: wrapped.has(name),
        measured: wrapped.has(name) && words.slice(0, words.indexOf('--')).some((word) => PROBE_FLAGS.has(word)),
        waits: (edges.get(name) ?? []).map(({ target, condition }) => `${target}/${condition}`),
        causes: [...(edges.get(name) ?? []).map(({ target }) => target), ...(wrapped.has(name) ? main : [])],
      })
    }
  }
  if (faults.length > 0) return { faults }
  return {
    name: facts.name,
    members: listMembers(initContainers, spec.containers, order),
    rules: readRules(pod.template, order, timeScale),
    launches,
    runDir,
  }
}

function listMembers(
  initContainers: readonly Container[],
  apps: readonly Container[],
  order: Order | undefined,
): readonly Member[] {
  const main = new Set(order?.main)
  return [
    ...initContainers.map(({ name, restartPolicy }): Member => {
      return { name, role: restartPolicy === 'Always' ? 'sidecar' : 'init', main: false }
    }),
    ...apps.map(({ name }): Member => ({ name, role: 'app', main: main.size === 0 || main.has(name) })),
  ]
}

function readRules({ spec }: PodTemplate, order: Order | undefined, timeScale: number): Rules {
  return {
    restartPolicy: spec.restartPolicy ?? 'Always',
    mainGiven: order !== undefined && order.main.length > 0,
    graceMs: (spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000,
    deadlineMs: spec.activeDeadlineSeconds === undefined ? undefined : spec.activeDeadlineSeconds * 1000,
    timeScale,
  }
}

async function fillVolumes(
  volumes: readonly Volume[],
  containers: readonly Container[],
  directories: ReadonlyMap<string, string>,
  facts: PodFacts,
  { given }: LoadedPod,
  { disk }: Ports,
): Promise<string[]> {
  const faults: string[] = []
  const mounts = Map.groupBy(
    containers.flatMap(({ volumeMounts }) => volumeMounts ?? []),
    ({ name }) => name,
  )
  for (const volume of volumes) {
    const mounted = mounts.get(volume.name)
    if (mounted === undefined) continue
    const directory = directories.get(volume.name) ?? ''
    const files = listVolumeFiles(volume, facts, given)
    if ('problem' in files) {
      faults.push(`volume ${volume.name}: ${files.problem}; add it to the file`)
      continue
    }
    await disk.makeDirectory(directory)
    for (const { path, content, mode } of files) await disk.makeFile(`${directory}/${path}`, content, mode)
    // The kubelet makes a subPath that is not there a directory.
    const paths = new Set(files.map(({ path }) => path))
    for (const { subPath } of mounted) {
      if (subPath !== undefined && !paths.has(subPath)) await disk.makeDirectory(`${directory}/${subPath}`)
    }
  }
  return faults
}

/** References first, as the kubelet resolves them, then mount paths: each word is relocated once. */
function makeLocal(
  container: Container,
  directories: ReadonlyMap<string, string>,
  facts: PodFacts,
  { given, directory }: LoadedPod,
  { disk, env }: Ports,
): Pick<Launch, 'argv' | 'cwd' | 'env'> | Refusal {
  const built = buildEnvironment(container, { facts, given, decode: (base64) => disk.decodeText(base64) })
  if (built.kind === 'problem') return { faults: [`container "${container.name}": ${built.problem}`] }
  const relocate = createRelocation(container.volumeMounts ?? [], directories)
  const words = [...(container.command ?? []), ...(container.args ?? [])]
  const workingDir = relocate(container.workingDir ?? '')
  const inherited = Object.entries(env).filter((pair): pair is [string, string] => {
    return HOST_VARIABLES.test(pair[0]) && pair[1] !== undefined
  })
  const own = [...built.values].map(([name, value]) => [name, relocate(value)] as const)
  return {
    argv: words.map((word) => relocate(expand(word, built.values))),
    cwd: workingDir.startsWith('/') ? workingDir : `${directory}/${workingDir}`,
    env: Object.fromEntries([...inherited, ['HOSTNAME', facts.name], ...own]),
  }
}
