/** The kinds of container images that podorder is tested in. scripts/container-roots.ts makes them. */

export interface Root {
  readonly name: string
  readonly image: string
  /** A command of that image, by its own C library where it has one; says `native`. */
  readonly native: readonly string[]
  /** Whose loader loads that command, and obeys `LD_PRELOAD`; none where it is static. */
  readonly loader: 'none' | 'musl' | 'glibc'
}

export const DEBIAN_RELEASES = [
  { root: 'debian-13', release: 'trixie' },
  { root: 'debian-12', release: 'bookworm' },
  { root: 'debian-11', release: 'bullseye' },
]

/** podorder's own. */
export const PODORDER_IMAGE = imageOf('podorder')

/** Dash and busybox. */
const SHELL = ['/bin/sh', '-c', 'echo native']
const ACTOR = ['/actor', 'say', 'native']

export const ROOTS: readonly Root[] = [
  { name: 'scratch', image: imageOf('scratch'), native: ACTOR, loader: 'none' },
  { name: 'busybox', image: imageOf('busybox'), native: SHELL, loader: 'none' },
  { name: 'musl', image: imageOf('musl'), native: ACTOR, loader: 'musl' },
  { name: 'debian-13', image: imageOf('debian-13'), native: SHELL, loader: 'glibc' },
  { name: 'debian-12', image: imageOf('debian-12'), native: SHELL, loader: 'glibc' },
  { name: 'debian-11', image: imageOf('debian-11'), native: SHELL, loader: 'glibc' },
]

/** Of a registry that cannot be: nothing is ever pulled. */
function imageOf(name: string): string {
  return `localhost/podorder-test/${name}:latest`
}
