/** Checks whether a node can pull the images of a pod. Pure. */
import { allContainers, type Container } from '../pod/pod.ts'
import { isOwnContainer } from '../pod/own.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, placeIn } from './checked-pod.ts'

/**
 * Prefix that podman and buildah give to the names of images that they build. The runtime of a node reads it as a registry on
 * that node, and normally none exists there. A name with a port may be valid: a mirror, or the cluster's own registry.
 */
const LOCAL = 'localhost/'

/** @returns a result for each image; none with pull policy Never, which says that the image is on the nodes */
export function checkImages({ tree, after: { spec } }: CheckedPod): readonly CheckResult[] {
  const local = allContainers(spec).filter(
    ({ image, imagePullPolicy }) => image?.startsWith(LOCAL) === true && imagePullPolicy !== 'Never',
  )
  const first = new Map(local.toReversed().map((container) => [container.image, container]))
  return local.flatMap((container): readonly CheckResult[] => {
    if (first.get(container.image) !== container) return []
    const { name, image } = container
    const what = `image "${image}" is not in a registry: only the machine that built it has it`
    return [
      {
        rule: 'image',
        level: 'warning',
        at: placeIn(tree, name, 'image'),
        container: name,
        what,
        fix: adviseOn(container),
      },
    ]
  })
}

function adviseOn(container: Container): string {
  return isOwnContainer(container)
    ? 'push it to a registry and inject with --image NAME; or load it onto all nodes and inject with --image-pull-policy Never'
    : 'push it to a registry and write that name; or load it onto all nodes and write imagePullPolicy: Never'
}
