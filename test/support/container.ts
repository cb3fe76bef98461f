/** Containers of podman whose first process is the installed entrypoint, with the restrictions of Pod Security's `restricted`. */
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FlagRecord } from '../../src/flags/record.ts'
import { eventually, inTime } from './eventually.ts'
import { podman, PODMAN_ENVIRONMENT } from './podman.ts'

/** The paths of the installed executable and the run directory in the containers. */
export const BIN = '/podorder/bin'
export const RUN = '/podorder/run'
export const ENTRYPOINT = `${BIN}/entrypoint`

/** A directory of this machine that `install` has filled. */
export const INSTALLED = fileURLToPath(new URL('../../build/roots/installed', import.meta.url))

/** The user ID of the containers. */
export const NOBODY = 65534

/** Flags of all containers, so that no test passes only because of a permission. */
const LOCKED_DOWN = [
  '--network=none',
  '--pull=never',
  '--read-only',
  // Without this flag podman mounts /tmp and /run writable.
  '--read-only-tmpfs=false',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
]

export interface ContainerOptions {
  readonly env?: Readonly<Record<string, string>>
  /** The memory limit in podman's form; the default is 64m. */
  readonly memory?: string
  /** Further flags of `podman run`. */
  readonly flags?: readonly string[]
  /** The first program; by default the entrypoint. */
  readonly program?: readonly string[]
  /** A command before podman that runs its arguments at its end. */
  readonly prefix?: readonly string[]
}

export interface ContainerEnd {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface Container {
  readonly name: string
  /** The output so far. */
  stdout(): string
  stderr(): string
  /** Waits until it has written a text. @throws when it ends without it */
  says(text: string): Promise<void>
  /** Writes to its stdin. */
  type(text: string): void
  /** The ID of the process of podman that has started it. */
  readonly client: number
  /** Returns the ID of its first process on this machine. */
  pid(): Promise<number>
  /** Sends a signal to its first process. */
  signal(signal: string): Promise<void>
  /** Stops it as the kubelet does, with SIGTERM, and SIGKILL after the grace period. */
  stop(): Promise<void>
  readonly end: Promise<ContainerEnd>
}

export interface Host {
  /** The path of the pod's run directory on this machine. */
  readonly run: string
  path(name: string): string
  has(name: string): boolean
  /** Returns the record of a flag file; undefined while the file does not exist. */
  record(name: string): Partial<FlagRecord> | undefined
  /** Makes a directory below `run` that any user may write to, as `install` does. */
  makeOpen(name: string): string
  /** Makes a directory below `run` that only the containers' user can use. `install` must open it for all. */
  makeClosed(name: string): void
  write(name: string, content: string | Buffer, mode?: number): void
  /** @param words the command line of the entrypoint */
  start(image: string, words: readonly string[], options?: ContainerOptions): Container
  /** Starts a container of the pod, with the options for the run directory and its name. */
  member(image: string, name: string, words: readonly string[], options?: ContainerOptions): Container
}

/** @param t the containers and the directory are removed when this test ends */
export function openHost(t: ExecutionContext): Host {
  const run = mkdtempSync(join(tmpdir(), 'podorder-'))
  chmodSync(run, 0o777)
  const names: string[] = []
  t.teardown(async () => {
    if (names.length > 0) await podman('rm', '--force', '--ignore', '--time', '0', ...names)
    rmSync(run, { recursive: true, force: true })
  })
  const path = (name: string) => join(run, name)
  const makeOpen = (name: string) => {
    mkdirSync(path(name), { recursive: true })
    chmodSync(path(name), 0o1777)
    return path(name)
  }
  const start = (image: string, words: readonly string[], options: ContainerOptions = {}) => {
    const name = `podorder-test-${randomUUID()}`
    names.push(name)
    return startContainer(name, image, words, options)
  }
  return {
    run,
    path,
    has: (name) => existsSync(path(name)),
    record: (name) =>
      existsSync(path(name)) ? (JSON.parse(readFileSync(path(name), 'utf8')) as FlagRecord) : undefined,
    makeOpen,
    makeClosed(name) {
      mkdirSync(path(name), { mode: 0o700 })
      chownSync(path(name), NOBODY, NOBODY)
    },
    write(name, content, mode = 0o644) {
      writeFileSync(path(name), content)
      chmodSync(path(name), mode)
    },
    start,
    member(image, name, words, options = {}) {
      const volumes = [`--volume=${run}:${RUN}:ro`, `--volume=${makeOpen(name)}:${RUN}/${name}`]
      const flags = [...volumes, ...(options.flags ?? [])]
      return start(image, ['--run-dir', RUN, '--name', name, ...words], { ...options, flags })
    },
  }
}

function startContainer(
  name: string,
  image: string,
  words: readonly string[],
  { env = {}, memory = '64m', flags = [], program = [ENTRYPOINT], prefix = [] }: ContainerOptions,
): Container {
  const command = [
    ...prefix,
    ...['podman', 'run', '--name', name, `--user=${NOBODY}:${NOBODY}`, `--memory=${memory}`, ...LOCKED_DOWN],
    `--volume=${INSTALLED}:${BIN}:ro`,
    ...Object.entries(env).map(([variable, value]) => `--env=${variable}=${value}`),
    ...[...flags, image, ...program, ...words],
  ]
  const [file = '', ...rest] = command
  const child = execa(file, rest, {
    // conmon may write a file `oom` to the working directory.
    cwd: '/',
    env: PODMAN_ENVIRONMENT,
    reject: false,
    stripFinalNewline: false,
  })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (piece: string) => (output[stream] += piece))
  }
  const end = child.then(({ exitCode, stdout, stderr }) => ({ code: exitCode, stdout, stderr }))
  return {
    name,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    async says(text) {
      const hasSaid = () => (output.stdout + output.stderr).includes(text)
      await Promise.race([eventually(`"${text}" is said`, hasSaid), end])
      if (!hasSaid()) throw new Error(`it ended without "${text}": ${JSON.stringify(output)}`)
    },
    client: child.pid ?? Number.NaN,
    type: (text) => void child.stdin.write(text),
    pid: async () => Number(await podman('inspect', '--format', '{{.State.Pid}}', name)),
    signal: async (signal) => void (await podman('kill', '--signal', signal, name)),
    stop: async () => void (await podman('stop', '--time', '10', name)),
    get end() {
      return inTime('the end of a container', end, () => `${words.join(' ')}\n${JSON.stringify(output)}`)
    },
  }
}
