/** The controller's write requests. Pure. */
import { CONTROLLER_NAME } from '../pod/own.ts'
import type { ControlledPod } from './controlled-pod.ts'
import type { Write } from './next-action.ts'

export interface WriteRequest {
  readonly method: 'PATCH' | 'POST'
  readonly path: string
  readonly contentType: string
  readonly body: object
}

/** @param now RFC 3339 in seconds, as in metav1.Time */
export function requestOf(pod: ControlledPod, write: Write, now: string): WriteRequest {
  const { namespace, name, uid } = pod
  const root = `/api/v1/namespaces/${encodeURIComponent(namespace)}`
  if (write.kind === 'event') {
    const body = describeWaiting(pod, write.message, now)
    return { method: 'POST', path: `${root}/events`, contentType: 'application/json', body }
  }
  // The uid cannot change, so a newer pod of the same name is refused with 422 (recorded from Kubernetes 1.26).
  const annotations = Object.fromEntries(Object.entries(write.said).map(([key, value]) => [key, value ?? null]))
  const body = { metadata: { uid, annotations } }
  return {
    method: 'PATCH',
    path: `${root}/pods/${encodeURIComponent(name)}`,
    contentType: 'application/merge-patch+json',
    body,
  }
}

const REASON = 'WaitingFor'

/** The Event's name is made from pod and reason. So only one exists, also after a change of leader: a second one is a conflict. */
function describeWaiting({ namespace, name, uid }: ControlledPod, message: string, now: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `podorder.${uid}.${REASON.toLowerCase()}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    reason: REASON,
    message: `${message}, for more than a minute`,
    type: 'Normal',
    source: { component: CONTROLLER_NAME },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  }
}
