/** The target of a build: a machine with its names in each tool. */

export interface Target {
  /** Kubernetes', Go's, Debian's and OCI's. */
  readonly name: 'amd64' | 'arm64'
  readonly bun: string
  /** The npm package with Bun for it. */
  readonly base: string
  /** Below /lib, where Debian puts its libraries. */
  readonly debianLibraries: string
  /** What its executables have as DT_NEEDED, and Debian as the loader's file name. */
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

/** The machine that builds. */
export const HOST = readTarget(process.arch === 'x64' ? 'amd64' : process.arch)

/** @throws */
export function readTarget(name: string): Target {
  const target = TARGETS.find((known) => known.name === name)
  if (target !== undefined) return target
  throw new Error(`there is no build for ${name}; use one of ${TARGETS.map((known) => known.name).join(', ')}`)
}
