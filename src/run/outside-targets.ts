/** Waits for objects outside the pod: which containers ask the Kubernetes API, and with which kubeconfig. */
import type { OutsideWait } from '../order/order.ts'
import type { LoadedPod, LoadRefusal } from './load.ts'
import type { RunPorts } from './ports.ts'

type Ports = Pick<RunPorts, 'disk' | 'env' | 'cwd'>

/** Finds the kubeconfig as kubectl does. @returns absolute paths separated by `:`; undefined if no container needs one */
export function findKubeconfig(pod: LoadedPod, { disk, env, cwd }: Ports): string | undefined | LoadRefusal {
  const asking = findAsking(pod)
  if (asking.length === 0) return undefined
  const named = env['KUBECONFIG'] ?? ''
  const absolute = (path: string): string => (path.startsWith('/') ? path : `${cwd}/${path}`)
  if (named !== '') return named.split(':').map(absolute).join(':')
  const usual = `${env['HOME'] ?? ''}/.kube/config`
  if (disk.exists(usual)) return usual
  return refuse(pod, asking, 'there is no Kubernetes API to ask', 'set KUBECONFIG, or remove it for the run')
}

/** Refuses such waits for podman: its containers have no kubeconfig, and perhaps no network route to the API. */
export function refuseAsking(pod: LoadedPod): LoadRefusal | undefined {
  const asking = findAsking(pod)
  if (asking.length === 0) return undefined
  return refuse(pod, asking, 'containers of podman cannot ask the Kubernetes API', 'leave out --runtime podman')
}

export function isAsking({ target }: OutsideWait): boolean {
  return 'which' in target
}

function findAsking({ order }: LoadedPod): readonly OutsideWait[] {
  return (order?.outside ?? []).filter(isAsking)
}

function refuse({ say }: LoadedPod, waits: readonly OutsideWait[], why: string, fix: string): LoadRefusal {
  const faults = waits.map(({ container, target, at }) =>
    say({ at, container, what: `waits for ${target.label}, and ${why}`, fix }),
  )
  return { faults }
}
