/** Tekton's pods: steps run one after another, the first when every sidecar is ready. Pure. */
import type { Told } from './container-finding.ts'
import { kubectl } from './kubectl.ts'
import type { Judged } from './gate.ts'
import { textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'

const READY = 'tekton.dev/ready'

/** Whether the first step is allowed to start. */
export function isHandshakeDone(pod: PodTemplate): boolean {
  return textOf(pod, 'metadata', 'annotations', READY) !== ''
}

/**
 * Lists what the first step waits for: sidecars that are not ready, then the annotation that reports them.
 * @param sidecars the containers that are not steps
 */
export function judgeHandshake(sidecars: readonly Pick<Told, 'name' | 'clause' | 'container'>[]): readonly Judged[] {
  const base = {
    waitStatus: 'unmet',
    fleeting: false,
    lostMs: undefined,
    optional: false,
    timeoutMs: undefined,
  } as const
  const missing = sidecars.filter(({ container: { state, ready } }) => state.kind !== 'ended' && !ready)
  if (missing.length > 0) {
    return missing.map(({ name, clause }) => {
      return { ...base, words: `${name} to be ready`, target: name, clause, origins: [name], next: [] }
    })
  }
  const clause = 'is not there yet; Tekton’s controller writes it once all sidecars are ready'
  const next = [kubectl('tekton-pipelines', 'logs', 'deployment/tekton-pipelines-controller', '--tail=50')]
  return [{ ...base, words: `the annotation ${READY}`, target: READY, clause, origins: [READY], next }]
}
