/** The kinds of container images that podorder is tested in. scripts/container-roots.ts makes them. */

export interface Root {
  readonly name: string
  readonly image: string
  /** A command of that image, by its own C library where it has one; says `native`. */
  readonly native: readonly string[]
  /** Whether its programs are loaded by a loader of its own, so that `LD_PRELOAD` means something to them. */
  readonly dynamic: boolean
}

export const DEBIAN_RELEASES = [
  { root: 'debian-12', release: 'bookworm' },
  { root: 'debian-11', release: 'bullseye' },
]

/** podorder's own. */
export const PODORDER_IMAGE = imageOf('podorder')

/** Dash and busybox. */
const SHELL = ['/bin/sh', '-c', 'echo native']
const ACTOR = ['/actor', 'say', 'native']

export const ROOTS: readonly Root[] = [
  { name: 'scratch', image: imageOf('scratch'), native: ACTOR, dynamic: false },
  { name: 'busybox', image: imageOf('busybox'), native: SHELL, dynamic: false },
  { name: 'musl', image: imageOf('musl'), native: ACTOR, dynamic: true },
  { name: 'debian-12', image: imageOf('debian-12'), native: SHELL, dynamic: true },
  { name: 'debian-11', image: imageOf('debian-11'), native: SHELL, dynamic: true },
]

/** Of a registry that cannot be: nothing is ever pulled. */
function imageOf(name: string): string {
  return `localhost/podorder-test/${name}:latest`
}
