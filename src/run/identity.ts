/** The user and group of a container's processes: `runAsUser` and `runAsGroup` of the container or the pod. Pure. */
import { fieldOf } from '../pod/api-object.ts'
import type { Container, PodSpec } from '../pod/pod.ts'

export interface ProcessIdentity {
  readonly uid?: number
  readonly gid?: number
}

/** Reads the identity as the kubelet does. The default group is 0 (pkg/kubelet/kuberuntime, runAsGroup: the image's, else 0). */
export function readIdentity(spec: PodSpec, container: Container): ProcessIdentity {
  const read = (field: string): number | undefined => {
    const id = fieldOf(container, 'securityContext', field) ?? fieldOf(spec, 'securityContext', field)
    return typeof id === 'number' && Number.isInteger(id) && id >= 0 ? id : undefined
  }
  const [uid, gid] = [read('runAsUser'), read('runAsGroup')]
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) }
}

/**
 * Finds containers whose `runAsUser` has no effect, since only root can change the user of a process.
 * @param own the user and group of the runner; undefined where the system has no such numbers
 * @returns one sentence about containers that run as the current user instead; undefined if there are none
 */
export function describeForeign(
  identities: ReadonlyMap<string, ProcessIdentity>,
  own: { readonly uid: number; readonly gid: number } | undefined,
): string | undefined {
  if (own === undefined || own.uid === 0) return undefined
  const foreign = [...identities].filter(([, { uid = own.uid }]) => uid !== own.uid)
  if (foreign.length === 0) return undefined
  const who = foreign.map(([name, { uid }]) => `${name} (${uid})`).join(', ')
  return `runAsUser has no effect: ${who}; all processes run as you, uid ${own.uid}, because only root can change that`
}
