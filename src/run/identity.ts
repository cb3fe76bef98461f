/** As whom a container's processes run: `runAsUser` and `runAsGroup`, of the container or of the pod. Pure. */
import { fieldOf } from '../pod/api-object.ts'
import type { Container, PodSpec } from '../pod/pod.ts'

export interface ProcessIdentity {
  readonly uid?: number
  readonly gid?: number
}

/** As the kubelet has it: without a group it is 0 (pkg/kubelet/kuberuntime, runAsGroup: the image's own, else 0). */
export function readIdentity(spec: PodSpec, container: Container): ProcessIdentity {
  const read = (field: string): number | undefined => {
    const id = fieldOf(container, 'securityContext', field) ?? fieldOf(spec, 'securityContext', field)
    return typeof id === 'number' && Number.isInteger(id) && id >= 0 ? id : undefined
  }
  const [uid, gid] = [read('runAsUser'), read('runAsGroup')]
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) }
}

/** Only root may be somebody else. @returns who runs as ourselves against the manifest, one sentence; undefined: nobody */
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
