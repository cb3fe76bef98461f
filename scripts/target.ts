/** The target of a build: an architecture, with its names in each tool. */

export interface Target {
  /** The name in Kubernetes, Go, Debian and OCI. */
  readonly name: 'amd64' | 'arm64'
  readonly bun: string
  /** The npm package of Bun for this target. */
  readonly base: string
  /** The directory of Debian's libraries, below /lib. */
  readonly debianLibraries: string
  /** The file name of the loader in Debian, which executables have as DT_NEEDED. */
  readonly loader: string
}

const TARGETS: readonly Target[] = [
  {
    name: 'amd64',
    bun: 'bun-linux-x64',
    base: '@oven/bun-linux-x64',
    debianLibraries: 'x86_64-linux-gnu',
    loader: 'ld-linux-x86-64.so.2',
  },
  {
    name: 'arm64',
    bun: 'bun-linux-arm64',
    base: '@oven/bun-linux-aarch64',
    debianLibraries: 'aarch64-linux-gnu',
    loader: 'ld-linux-aarch64.so.1',
  },
]

/** The target of the machine that builds. */
export const HOST = readTarget(process.arch === 'x64' ? 'amd64' : process.arch)

/** @throws when the name is unknown */
export function readTarget(name: string): Target {
  const target = TARGETS.find((known) => known.name === name)
  if (target !== undefined) return target
  throw new Error(`there is no build for ${name}; use one of ${TARGETS.map((known) => known.name).join(', ')}`)
}
