/** The containers of a pod that `podman kube play` has made: each life is a `podman start --attach`. */
import { expand } from '../pod/expand.ts'
import type { Podman, RunPorts } from './ports.ts'
import type { CommandEnd, ProcessEnd, TakeLines } from './processes.io.ts'
import type { Runtime, StartedContainer } from './runtime.ts'

type Ports = Pick<RunPorts, 'processes' | 'podman' | 'disk' | 'terminal' | 'env' | 'cwd'>

/** Each look at a container is a process of its own. */
const LOOK_MS = 100
const CODE_KILLED = 137
const FAULT = 'Error: '

/** The state that `podman container inspect` tells. */
interface State {
  readonly Running: boolean
  readonly ExitCode: number
  /** RFC 3339; of the year 1 before its first life. */
  readonly StartedAt: string
}

export interface PlayedPod {
  /** podman's name for it. */
  readonly name: string
  /** Holds its volumes. */
  readonly workspace: string
  /** Each container's variables, as far as the runner knows them. */
  /** On which this machine reaches its ports; undefined: loopback. */
  readonly address: string | undefined
  readonly environments: ReadonlyMap<string, { readonly values: ReadonlyMap<string, string> }>
  /** By container, what the manifest says; without that the image's counts. */
  readonly stopSignals: ReadonlyMap<string, number>
}

export function createPodmanRuntime(pod: PlayedPod, ports: Ports): Runtime {
  const { name, workspace, address, environments, stopSignals } = pod
  const { podman, processes, terminal, disk } = ports
  /** When each container's latest life began. */
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
      // Somebody has removed it: podman kills it first.
      if (state === undefined) return { kind: 'exited', code: CODE_KILLED }
      if (!hasStarted(state)) {
        // What podman has to say may still be on its way.
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

    /** Signals a container that may not run yet: then podman refuses, and is asked again. */
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

  /** podman ends its own process when it is cancelled, and leaves the one in the container to itself. */
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
      // Without root, what a container has written as another user is that user's, and only podman may become it.
      await podman(['unshare', 'rm', '-rf', workspace])
    }
  }

  return { start, run, close, ...(address === undefined ? {} : { address }) }
}

async function inspect(target: string, podman: Podman): Promise<State | undefined> {
  const { stdout, problem } = await podman(['container', 'inspect', '--format', '{{json .State}}', target])
  return problem === undefined ? (JSON.parse(stdout) as State) : undefined
}

/** The client may have been killed: the container goes on then, unseen. */
async function findLastState(target: string, podman: Podman): Promise<State | undefined> {
  const state = await inspect(target, podman)
  if (state?.Running !== true) return state
  await podman(['wait', target])
  return inspect(target, podman)
}

function hasBegun({ StartedAt }: State, before: string | undefined): boolean {
  return before === undefined ? !StartedAt.startsWith('0001-') : StartedAt !== before
}

/** The image's, as the kubelet has it; SIGTERM when it says none. */
async function readStopSignal(target: string, podman: Podman): Promise<string> {
  const { stdout } = await podman(['container', 'inspect', '--format', '{{.Config.StopSignal}}', target])
  return stdout.trim() === '' ? 'TERM' : stdout.trim()
}

function pause(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS))
}
