/** Decides whether a container restarts after its end while its pod continues. Pure. */
import { followsEnd } from '../pod/restarts.ts'
import type { SupervisedContainer } from './supervised-container.ts'

export interface WorkState {
  /** Whether `podorder.io/main` is given. */
  readonly mainGiven: boolean
  /** Whether all main containers have ended. */
  readonly workDone: boolean
}

/**
 * Decides as the kubelet does, with one difference for a pod with `podorder.io/main`: a main container that succeeded does not
 * restart under restartPolicy Always, and no app restarts after all main containers have ended. Otherwise a run would never end.
 */
export function decideRestart(
  { member, killCause, exitCode = 1 }: Pick<SupervisedContainer, 'member' | 'killCause' | 'exitCode'>,
  { mainGiven, workDone }: WorkState,
): ReturnType<typeof followsEnd> {
  const after = followsEnd(member.restarts, exitCode)
  if (member.role === 'sidecar') return after === 'restarts all' && !workDone ? after : 'restarts'
  if (member.role === 'init') return exitCode === 0 && after === 'restarts' ? 'stays' : after
  if (workDone) return 'stays'
  if (after === 'restarts all') return after
  // After a kill by a probe the exit code does not matter, unless the policy is Never (pkg/kubelet/kuberuntime, computePodActions).
  if ((killCause === 'startup' || killCause === 'liveness') && member.restarts.policy !== 'Never') return 'restarts'
  return mainGiven && member.main && exitCode === 0 ? 'stays' : after
}
