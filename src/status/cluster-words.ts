/** Sentences for failed requests to a cluster, with a fix. Pure. */
import { flatten } from '../base/wording.ts'
import type { KubeFailure } from '../kube/failure.ts'

/** The permissions that `explain` and `timeline` need; docs/reference.md has the Role. */
const NEEDS = 'needed are get, list and watch of pods, and get of pods/log'

/** @param what the request: `get pod shop in namespace rec` @param needs the permissions to grant */
export function describeRefusal(
  { kind, message }: KubeFailure,
  what: string,
  server: string,
  needs: string = NEEDS,
): string {
  const said = flatten(message)
  switch (kind) {
    case 'unreachable':
      return `cannot reach the cluster at ${server}: ${said}; is it up, and is this the right --context?`
    case 'untrusted':
      return `the certificate of the cluster at ${server} does not hold: ${said}; correct certificate-authority in the kubeconfig`
    case 'unauthorized':
      return `the cluster at ${server} does not accept your credentials: ${said}; log in again, or choose another --context`
    case 'forbidden':
      return `not allowed to ${what}: ${said}; ${needs}`
    case 'broken':
    case 'conflict':
    case 'expired':
    case 'invalid':
    case 'missing':
    case 'throttled':
      return `cannot ${what}: ${said}`
  }
}
