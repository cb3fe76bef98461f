/**
 * Runs a pod's containers in podman. `podman kube play` creates the containers of the rewritten pod without starting them. The runner
 * then starts, restarts and stops them, as it does with processes.
 */
import type { Container } from '../pod/pod.ts'
import { RUN_VOLUME } from '../pod/own.ts'
import { buildEnvironment, readsFiles } from './environment.ts'
import { isLocalVolume, makePlayable, type PlayableEnvironment, resolveSubPaths } from './playable.ts'
import { findImageFault, lookUpCommands } from './images.ts'
import type { LoadedPod, LoadRefusal } from './load.ts'
import { refuseAsking } from './outside-targets.ts'
import { createPodmanRuntime } from './played.ts'
import type { RunPorts } from './ports.ts'
import { planPod, type PodPlan, type PrepareOptions, type RewrittenPod, rewriteLoaded } from './prepare.ts'
import { UNREACHABLE } from './runtime.ts'
import { readStopSignals } from './stop-signals.ts'
import { fillVolumes } from './volumes.ts'

type Ports = Pick<RunPorts, 'disk' | 'processes' | 'podman' | 'terminal' | 'env' | 'cwd' | 'machine' | 'makeUid'>

/**
 * The modes of volumes and of the run directory. Users of containers differ from the runner's user, so all may write. The kubelet
 * gives an emptyDir the first mode, and `install` gives a run directory the second.
 */
const VOLUME_MODE = 0o777
const RUN_MODE = 0o1777
const NETWORK_FORMAT = '{{.HostConfig.NetworkMode}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
/** The length of the random suffix that makes the names of pods from one manifest differ, as those of a Deployment do. */
const SUFFIX_LENGTH = 5

export async function preparePodman(
  pod: LoadedPod,
  options: PrepareOptions,
  ports: Ports,
): Promise<PodPlan | LoadRefusal> {
  const { podman } = ports
  const { image, cancel, workspace, backOff } = options
  const asking = refuseAsking(pod)
  if (asking !== undefined) return asking
  const unusable = await findPodmanFault(ports)
  if (unusable !== undefined) return { faults: [unusable] }
  const noImage = pod.order === undefined ? undefined : await findImageFault(image, podman)
  if (noImage !== undefined) return { faults: [noImage] }
  const commands = await lookUpCommands(pod, podman, cancel)
  if ('faults' in commands) return commands

  const commandOf = ({ name }: Container) => commands.get(name)
  const rewritten = rewriteLoaded(pod, { image, commandOf }, ports)
  const played = await layOut(pod, rewritten, workspace, ports)
  if ('faults' in played) return played
  const { facts, template } = rewritten
  const name = `${facts.name}-${facts.uid.slice(0, SUFFIX_LENGTH)}`
  const { environments } = played
  const manifest = makePlayable(played.template, { ...played, name, hostName: facts.name })
  const made = await play(name, manifest, { cancel, workspace }, ports)
  const address = 'problem' in made ? undefined : made.address
  const stopSignals = readStopSignals(template.spec.containers, pod.order)
  const runtime = createPodmanRuntime({ name, workspace, address, environments, stopSignals }, ports)
  if ('problem' in made) {
    await runtime.close()
    return { faults: [`${pod.file}: podman: ${made.problem}`] }
  }
  const plan = planPod(pod, template.spec, backOff, {
    name: facts.name,
    workspace,
    runDir: `${workspace}/run`,
    runtime,
  })
  if (address === UNREACHABLE && asksByNetwork(plan)) {
    ports.terminal.complain(
      "podorder: warning: the pod's network cannot be reached from here, so its network probes count as passed; run podman as root, or give the pod hostNetwork: true",
    )
  }
  return plan
}

function asksByNetwork({ traits }: PodPlan): boolean {
  return [...traits.values()].some(({ care: { probes } }) => {
    return Object.values(probes).some(({ check }) => check.kind !== 'exec')
  })
}

async function findPodmanFault({ podman }: Ports): Promise<string | undefined> {
  const { problem, missing } = await podman(['version', '--format', '{{.Client.Version}}'])
  if (problem === undefined) return undefined
  return missing
    ? 'podorder: there is no podman in PATH; install it (apt-get install podman), or leave out --runtime podman'
    : `podorder: podman does not work: ${problem}; correct it (podman info), or leave out --runtime podman`
}

type LaidOut = Pick<RewrittenPod, 'template'> & {
  readonly directories: ReadonlyMap<string, string>
  readonly environments: ReadonlyMap<string, PlayableEnvironment>
}

/** Makes the volumes whose contents the manifest gives. podman provides the others. */
async function layOut(
  pod: LoadedPod,
  { facts, template }: RewrittenPod,
  workspace: string,
  ports: Ports,
): Promise<LaidOut | LoadRefusal> {
  const { disk } = ports
  const { spec } = template
  const faults: string[] = []
  const environments = new Map<string, PlayableEnvironment>()
  const resolve = (container: Container): Container => {
    const { own, others } = splitEnvironment(container, pod)
    if (readsFiles(container)) {
      const why = 'podman fixes its variables before any container runs, so it gets none by fileKeyRef'
      faults.push(`${pod.file}: container "${container.name}": ${why}; leave out --runtime podman`)
    }
    const built = buildEnvironment(own, { facts, given: pod.given })
    if (built.kind === 'problem') faults.push(`${pod.file}: container "${container.name}": ${built.problem}`)
    const values = built.kind === 'problem' ? new Map<string, string>() : built.values
    environments.set(container.name, { values, ...others })
    return resolveSubPaths(container, values)
  }
  const initContainers = (spec.initContainers ?? []).map(resolve)
  const containers = spec.containers.map(resolve)
  const volumes = (spec.volumes ?? []).filter((volume) => isLocalVolume(volume, pod.given.secrets))
  const directories = new Map(
    volumes.map(({ name }) => [name, name === RUN_VOLUME ? `${workspace}/run` : `${workspace}/volumes/${name}`]),
  )
  const plan = { volumes, containers: [...initContainers, ...containers], directories, mode: VOLUME_MODE }
  faults.push(...(await fillVolumes(plan, facts, pod, ports)))
  for (const name of pod.order?.containers ?? []) await disk.makeDirectory(`${workspace}/run/${name}`, RUN_MODE)
  if (faults.length > 0) return { faults }
  return { template: { ...template, spec: { ...spec, initContainers, containers } }, directories, environments }
}

/** Separates variables that podman resolves: a Secret that is not in the file may be in podman's own store. */
function splitEnvironment({ env = [], envFrom = [], ...container }: Container, { given }: LoadedPod) {
  const isElsewhere = (ref: unknown): boolean => {
    const { name = '', optional = false } = (ref ?? { optional: true }) as { name?: string; optional?: boolean }
    return !optional && !given.secrets.has(name)
  }
  const [own, others] = divide(env, ({ valueFrom }) => isElsewhere(valueFrom?.['secretKeyRef']))
  const [ownFrom, othersFrom] = divide(envFrom, ({ secretRef }) => isElsewhere(secretRef))
  return { own: { ...container, env: own, envFrom: ownFrom }, others: { env: others, envFrom: othersFrom } }
}

function divide<Item>(list: readonly Item[], isOther: (item: Item) => boolean): readonly [Item[], Item[]] {
  return [list.filter((item) => !isOther(item)), list.filter(isOther)]
}

/**
 * Creates the pod and its network. A problem of the network is then reported once, before any container runs.
 * @returns the address at which this machine reaches the pod; undefined if the pod uses this machine's network
 */
async function play(
  name: string,
  manifest: object,
  { cancel, workspace }: Pick<PrepareOptions, 'cancel' | 'workspace'>,
  { podman }: Ports,
): Promise<{ readonly problem: string } | { readonly address: string | undefined }> {
  const input = JSON.stringify(manifest)
  const made = await podman(['kube', 'play', '--quiet', '--start=false', '-'], { input, cancel, temporary: workspace })
  if (made.problem !== undefined) return { problem: made.problem }
  const found = await podman(['pod', 'inspect', '--format', '{{.InfraContainerID}}', name])
  if (found.problem !== undefined) return { problem: found.problem }
  const infra = found.stdout.trim()
  const { problem } = await podman(['start', infra], { cancel })
  if (problem !== undefined) return { problem }
  const { stdout } = await podman(['container', 'inspect', '--format', NETWORK_FORMAT, infra])
  const [mode = '', address = ''] = stdout.trim().split(' ')
  if (mode === 'host') return { address: undefined }
  // Without root, this machine cannot reach podman's networks.
  return { address: address === '' ? UNREACHABLE : address }
}
