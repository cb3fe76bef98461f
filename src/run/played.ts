/** The containers of a pod that `podman kube play` has made. Each incarnation is a `podman start --attach`. */
import { expand } from '../pod/expand.ts'
import type { Podman, RunPorts } from './ports.ts'
import type { CommandEnd, ProcessEnd, TakeLines } from './processes.io.ts'
import type { Runtime, StartedContainer } from './runtime.ts'

type Ports = Pick<RunPorts, 'processes' | 'podman' | 'disk' | 'terminal' | 'env' | 'cwd'>

/** The interval of looks at a container, in ms. It is not shorter because each look starts a process. */
const LOOK_MS = 100
const CODE_KILLED = 137
const FAULT = 'Error: '

/** The state in the output of `podman container inspect`. */
interface State {
  readonly Running: boolean
  readonly ExitCode: number
  /** The time of the last start in RFC 3339; in the year 1 before the first start. */
  readonly StartedAt: string
}

export interface PlayedPod {
  /** The pod's name in podman. */
  readonly name: string
  /** The directory of its volumes. */
  readonly workspace: string
  /** The address at which this machine reaches its ports; undefined: loopback. */
  readonly address: string | undefined
  /** The variables of each container that the runner knows. */
  readonly environments: ReadonlyMap<string, { readonly values: ReadonlyMap<string, string> }>
  /** The stop signals that the manifest names, by container. For all others the image's counts. */
  readonly stopSignals: ReadonlyMap<string, number>
}

export function createPodmanRuntime(pod: PlayedPod, ports: Ports): Runtime {
  const { name, workspace, address, environments, stopSignals } = pod
  const { podman, processes, terminal, disk } = ports
  /** The start time of each container's latest incarnation, as podman reports it. */
  const latest = new Map<string, string>()
  const env = Object.fromEntries(Object.entries(ports.env).flatMap(([key, value = '']) => [[key, value]]))

  function start(container: string, takeLines: TakeLines): StartedContainer {
    const target = `${name}-${container}`
    const before = latest.get(container)
    let why = 'podman cannot start it'
    let over = false
    const argv = ['podman', 'start', '--attach', '--sig-proxy=false', target]
    const client = processes.start({ argv, env, cwd: ports.cwd }, (stream, lines) => {
      const fault = stream === 'stderr' ? lines.findLast((line) => line.startsWith(FAULT)) : undefined
      if (fault !== undefined) why = fault.slice(FAULT.length)
      return takeLines(stream, lines)
    })
    const hasStarted = (state: State | undefined): boolean => state !== undefined && hasBegun(state, before)

    async function settle(): Promise<ProcessEnd> {
      const how = await client.exited
      if (how.kind === 'unstartable') return how
      const state = await findLastState(target, podman)
      over = true
      // Somebody has removed the container. podman kills a container before it removes it.
      if (state === undefined) return { kind: 'exited', code: CODE_KILLED }
      if (!hasStarted(state)) {
        // podman's error message may not be read yet.
        await client.end
        return { kind: 'unstartable', why }
      }
      latest.set(container, state.StartedAt)
      return { kind: 'exited', code: state.ExitCode }
    }

    async function running(): Promise<boolean> {
      for (;;) {
        const state = await inspect(target, podman)
        if (over || hasStarted(state)) return hasStarted(state)
        await pause()
      }
    }

    /** Sends a signal to a container. podman refuses while the container does not run yet, so the call is repeated. */
    async function signal(name: () => Promise<string>): Promise<void> {
      const { problem } = await podman(['kill', '--signal', await name(), target])
      if (problem === undefined || over) return
      await pause()
      return signal(name)
    }

    const exited = settle()
    return {
      failed: client.pid === undefined,
      running,
      exited,
      end: Promise.all([exited, client.end]),
      terminate: () =>
        void signal(async () => String(stopSignals.get(container) ?? (await readStopSignal(target, podman)))),
      kill: () => void signal(async () => 'KILL'),
    }
  }

  /** Runs `podman exec`. A cancellation kills that client; the process in the container continues. */
  function run(
    container: string,
    words: readonly string[],
    cancel: AbortSignal,
    kind: 'probe' | 'hook',
  ): Promise<CommandEnd> {
    const values = environments.get(container)?.values ?? new Map<string, string>()
    const argv = [
      'podman',
      'exec',
      `${name}-${container}`,
      ...words.map((word) => (kind === 'hook' ? word : expand(word, values))),
    ]
    return processes.run({ argv, env, cwd: ports.cwd }, cancel)
  }

  async function close(): Promise<void> {
    const { problem } = await podman(['pod', 'rm', '--force', '--ignore', '--time', '0', name])
    if (problem !== undefined) {
      terminal.complain(`podorder: warning: ${problem}; remove the pod with: podman pod rm --force ${name}`)
    }
    processes.sweep()
    try {
      await disk.removeWorkspace(workspace)
    } catch {
      // Without root, files that a container has written as another user belong to a subordinate user ID, which only podman can use.
      await podman(['unshare', 'rm', '-rf', workspace])
    }
  }

  return { start, run, close, ...(address === undefined ? {} : { address }) }
}

async function inspect(target: string, podman: Podman): Promise<State | undefined> {
  const { stdout, problem } = await podman(['container', 'inspect', '--format', '{{json .State}}', target])
  return problem === undefined ? (JSON.parse(stdout) as State) : undefined
}

/** Waits for the container's end, since it continues when its client is killed. */
async function findLastState(target: string, podman: Podman): Promise<State | undefined> {
  const state = await inspect(target, podman)
  if (state?.Running !== true) return state
  await podman(['wait', target])
  return inspect(target, podman)
}

function hasBegun({ StartedAt }: State, before: string | undefined): boolean {
  return before === undefined ? !StartedAt.startsWith('0001-') : StartedAt !== before
}

/** Reads the stop signal of the image, which the kubelet uses too; SIGTERM when the image names none. */
async function readStopSignal(target: string, podman: Podman): Promise<string> {
  const { stdout } = await podman(['container', 'inspect', '--format', '{{.Config.StopSignal}}', target])
  return stdout.trim() === '' ? 'TERM' : stdout.trim()
}

function pause(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS))
}
