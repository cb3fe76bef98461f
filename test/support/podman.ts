/** Runs podman with separate storage and settings below build/, so that the machine's own are not changed. Needs root. */
import { execa, execaSync } from 'execa'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HOME = fileURLToPath(new URL('../../build/podman', import.meta.url))
const SETTINGS = join(HOME, 'containers.conf')
const STORAGE = join(HOME, 'storage.conf')

export const PODMAN_ENVIRONMENT = { CONTAINERS_CONF: SETTINGS, CONTAINERS_STORAGE_CONF: STORAGE }

/** Writes the settings, and removes containers that a killed run has left behind. */
export async function setUpPodman(): Promise<void> {
  await mkdir(HOME, { recursive: true })
  await writeFile(STORAGE, formatStorage())
  await writeFile(SETTINGS, formatSettings(await readFile('/proc/self/limits', 'utf8'), await readPidMax()))
  await podman('pod', 'rm', '--all', '--force', '--time', '0')
  await podman('rm', '--all', '--force', '--time', '0')
  await podman('volume', 'prune', '--force')
}

/** Runs podman. @returns its stdout @throws with its stderr when it fails */
export async function podman(...words: readonly string[]): Promise<string> {
  const { stdout } = await execa('podman', words, { env: PODMAN_ENVIRONMENT, stdin: 'ignore' })
  return stdout
}

/**
 * Builds an image. It is not removed, since during a removal other podman processes may fail to find their images.
 * @param lines the lines of its Containerfile
 */
export async function buildImage(image: string, lines: readonly string[]): Promise<void> {
  const words = ['build', '--quiet', '--tag', image, '-']
  await execa('podman', words, { env: PODMAN_ENVIRONMENT, input: `${lines.join('\n')}\n` })
}

function formatStorage(): string {
  return [
    '[storage]',
    'driver = "overlay"',
    `graphroot = ${JSON.stringify(join(HOME, 'storage'))}`,
    `runroot = ${JSON.stringify(join(HOME, 'run'))}`,
    '',
  ].join('\n')
}

/**
 * Formats containers.conf. It sets runc, since crun of Debian 12 refuses a machine with both versions of cgroups mounted, and cgroupfs
 * and log files, since there may be no systemd. It sets the limits, since podman's defaults are too high for a machine without
 * CAP_SYS_RESOURCE. podman lowers its own limit of processes to kernel.pid_max before it sets that of a container.
 */
function formatSettings(limits: string, pidMax: number): string {
  const ulimits = [
    `nofile=${readHardLimit(limits, 'Max open files', Infinity)}`,
    `nproc=${readHardLimit(limits, 'Max processes', pidMax)}`,
  ]
  return [
    '[containers]',
    `default_ulimits = ${JSON.stringify(ulimits)}`,
    '[engine]',
    'runtime = "runc"',
    'cgroup_manager = "cgroupfs"',
    'events_logger = "file"',
    `tmp_dir = ${JSON.stringify(join(HOME, 'tmp'))}`,
    '[network]',
    'network_backend = "netavark"',
    '',
  ].join('\n')
}

/** Reads a line of proc_pid_limits(5). @returns `soft:hard`, both with the hard limit */
function readHardLimit(limits: string, name: string, most: number): string {
  const line = limits.split('\n').find((text) => text.startsWith(name)) ?? ''
  const [, hard = ''] = line.slice(name.length).trim().split(/\s+/)
  const limit = Math.min(hard === 'unlimited' ? Infinity : Number(hard), most)
  return `${limit}:${limit}`
}

async function readPidMax(): Promise<number> {
  return Number(await readFile('/proc/sys/kernel/pid_max', 'utf8'))
}

/** Tells whether a pod can have its own network here. For it netavark calls iptables, which needs the kernel's packet filter. */
export function hasPacketFilter(): boolean {
  const { exitCode } = execaSync('iptables', ['--list'], { reject: false })
  return exitCode === 0
}
