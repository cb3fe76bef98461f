/** A pod's containers as processes of this machine. Volumes are directories on this disk, and commands get their local paths. */
import { SIGTERM } from '../base/signal.ts'
import type { Container } from '../pod/pod.ts'
import { BIN_VOLUME, INIT_CONTAINER, RUN_VOLUME } from '../pod/own.ts'
import { buildEnvironment, type EnvironmentInput, readsFiles } from './environment.ts'
import { expand } from '../pod/expand.ts'
import { ownDirectoryOf } from '../flags/layout.ts'
import type { PodFacts } from './fields.ts'
import { startLate } from './late-start.ts'
import { createRelocation } from './mounts.ts'
import { describeForeign, readIdentity } from './identity.ts'
import type { LoadedPod, LoadRefusal } from './load.ts'
import { findKubeconfig } from './outside-targets.ts'
import type { RunPorts } from './ports.ts'
import type { ProcessPlan, TakeLines } from './processes.io.ts'
import { planPod, type PodPlan, type PrepareOptions, rewriteLoaded } from './prepare.ts'
import type { Runtime, StartedContainer } from './runtime.ts'
import { readStopSignals } from './stop-signals.ts'
import { fillVolumes } from './volumes.ts'

interface Launch extends ProcessPlan {
  /** Expands references in a word of the manifest, and replaces paths in volumes by local ones. */
  readonly localize: (word: string) => string
  /** Only replaces paths in volumes by local ones. */
  readonly relocate: (word: string) => string
  readonly stopSignal: number
}

type Ports = Pick<
  RunPorts,
  'disk' | 'processes' | 'env' | 'cwd' | 'entrypoint' | 'machine' | 'makeUid' | 'user' | 'terminal'
>

/** Variables of the runner's environment that programs need. No others are inherited. */
const HOST_VARIABLES = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_.*|TERM|TZ|TMPDIR)$/

export async function prepareProcesses(
  pod: LoadedPod,
  { workspace, backOff, image }: PrepareOptions,
  ports: Ports,
): Promise<PodPlan | LoadRefusal> {
  const kubeconfig = findKubeconfig(pod, ports)
  if (typeof kubeconfig === 'object') return kubeconfig
  const { facts, template } = rewriteLoaded(pod, { image }, ports, kubeconfig)
  const initContainers = (template.spec.initContainers ?? []).filter(({ name }) => name !== INIT_CONTAINER)
  const spec = { ...template.spec, initContainers }
  const volumes = spec.volumes ?? []
  const runDir = `${workspace}/run`
  const directories = new Map([
    ...volumes.map(({ name }) => [name, `${workspace}/volumes/${name}`] as const),
    [RUN_VOLUME, runDir] as const,
    [BIN_VOLUME, `${workspace}/bin`] as const,
  ])
  // In a cluster podorder-init installs the entrypoint.
  await ports.disk.makeCommand(`${workspace}/bin/entrypoint`, ports.entrypoint)
  const containers = [...initContainers, ...spec.containers]
  const identities = new Map(containers.map((container) => [container.name, readIdentity(spec, container)]))
  const foreign = describeForeign(identities, ports.user)
  if (foreign !== undefined) ports.terminal.complain(`podorder: warning: ${foreign}`)
  // Containers of several users share the workspace, as they share volumes in a cluster.
  const shared =
    ports.user?.uid === 0 && [...identities.values()].some(({ uid = 0, gid = 0 }) => uid !== 0 || gid !== 0)
  if (shared) await ports.disk.makeDirectory(workspace, 0o755)
  for (const name of pod.order?.containers ?? []) {
    await ports.disk.makeDirectory(ownDirectoryOf(runDir, name), shared ? 0o1777 : undefined)
  }

  const faults = await fillVolumes(
    { volumes, containers, directories, ...(shared ? { mode: 0o777 } : {}) },
    facts,
    pod,
    ports,
  )
  const stopSignals = readStopSignals(containers, pod.order)
  const launches = new Map<string, Launch>()
  const readFile = (volume: string, path: string): string | undefined =>
    ports.disk.readSmallFile(`${directories.get(volume) ?? ''}/${path}`)
  for (const container of containers) {
    const local = makeLocal(container, directories, facts, pod, ports)
    if ('faults' in local) faults.push(...local.faults)
    else {
      const stopSignal = stopSignals.get(container.name) ?? SIGTERM
      const identity = ports.user?.uid === 0 ? identities.get(container.name) : {}
      launches.set(container.name, { ...local, ...identity, stopSignal })
    }
  }
  if (faults.length > 0) return { faults }
  const late = new Map(containers.filter(readsFiles).map((container) => [container.name, container]))
  const renew = (name: string): string | undefined => {
    const [container, launch] = [late.get(name), launches.get(name)]
    if (container === undefined || launch === undefined) return undefined
    const local = makeLocal(container, directories, facts, pod, ports, readFile)
    if ('faults' in local) return local.faults.join('; ')
    launches.set(name, { ...launch, ...local })
    return undefined
  }
  const runtime = createRuntime(launches, ports, renew)
  return planPod(pod, spec, backOff, { name: facts.name, workspace, runDir, runtime })
}

/**
 * @param renew called before each start: rebuilds what depends on files; returns why the container cannot be started yet, or
 * undefined
 */
function createRuntime(
  launches: ReadonlyMap<string, Launch>,
  { processes, terminal }: Pick<Ports, 'processes' | 'terminal'>,
  renew: (container: string) => string | undefined,
): Runtime {
  const launchOf = (container: string): Launch => {
    const launch = launches.get(container)
    if (launch === undefined) throw new Error(`unknown container ${container}`)
    return launch
  }
  return {
    start(container, takeLines) {
      const why = renew(container)
      if (why === undefined) return start(container, takeLines)
      terminal.complain(`podorder: ${why}; it starts once that is there, as in a cluster (CreateContainerConfigError)`)
      return startLate(() => (renew(container) === undefined ? start(container, takeLines) : undefined), why)
    },
    run(container, words, cancel, kind) {
      const { localize, relocate, ...launch } = launchOf(container)
      return processes.run({ ...launch, argv: words.map(kind === 'hook' ? relocate : localize) }, cancel)
    },
    close: async () => processes.sweep(),
  }

  function start(container: string, takeLines: TakeLines): StartedContainer {
    const launch = launchOf(container)
    const { stopSignal } = launch
    const { pid, exited, end } = processes.start(launch, takeLines)
    return {
      failed: pid === undefined,
      ...(pid === undefined ? {} : { pid }),
      running: async () => pid !== undefined,
      exited,
      end,
      terminate() {
        if (pid !== undefined) processes.signal(pid, stopSignal)
      },
      // The command of a killed wrapper continues. In a container the kernel would end it.
      kill(commandPid) {
        for (const group of [pid, commandPid]) if (group !== undefined) processes.killGroup(group)
      },
    }
  }
}

/** Builds the local command and environment. References are expanded first, so that each word is relocated only once. */
function makeLocal(
  container: Container,
  directories: ReadonlyMap<string, string>,
  facts: PodFacts,
  { file, given, directory }: LoadedPod,
  { env }: Ports,
  readFile?: EnvironmentInput['readFile'],
): Omit<Launch, 'stopSignal'> | LoadRefusal {
  const built = buildEnvironment(container, { facts, given, ...(readFile === undefined ? {} : { readFile }) })
  if (built.kind === 'problem') return { faults: [`${file}: container "${container.name}": ${built.problem}`] }
  const relocate = createRelocation(container.volumeMounts ?? [], directories)
  const words = [...(container.command ?? []), ...(container.args ?? [])]
  const workingDir = relocate(container.workingDir ?? '')
  const inherited = Object.entries(env).filter((pair): pair is [string, string] => {
    return HOST_VARIABLES.test(pair[0]) && pair[1] !== undefined
  })
  const own = [...built.values].map(([name, value]) => [name, relocate(value)] as const)
  const localize = (word: string): string => relocate(expand(word, built.values))
  return {
    localize,
    relocate,
    argv: words.map(localize),
    cwd: workingDir.startsWith('/') ? workingDir : `${directory}/${workingDir}`,
    env: Object.fromEntries([...inherited, ['HOSTNAME', facts.name], ...own]),
  }
}
