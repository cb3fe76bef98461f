/** What the kubelet does after the end of a container while its pod goes on. Pure. */
import { followsEnd } from '../pod/restarts.ts'
import type { Seat } from './seat.ts'

export interface WorkState {
  /** `podorder.io/main` was given. */
  readonly mainGiven: boolean
  /** All main containers have ended. */
  readonly workDone: boolean
}

/**
 * Once the main containers have ended nothing is started again. Under restartPolicy Always the kubelet would; here the
 * main containers' success is the end, or a run could never end by itself.
 */
export function decideRestart(
  { member, killCause, exitCode = 1 }: Pick<Seat, 'member' | 'killCause' | 'exitCode'>,
  { mainGiven, workDone }: WorkState,
): ReturnType<typeof followsEnd> {
  const after = followsEnd(member.restarts, exitCode)
  if (member.role === 'sidecar') return after === 'restarts all' && !workDone ? after : 'restarts'
  if (member.role === 'init') return exitCode === 0 && after === 'restarts' ? 'stays' : after
  if (workDone) return 'stays'
  if (after === 'restarts all') return after
  // What a probe has killed is started again whatever its exit code, when anything is (computePodActions).
  if ((killCause === 'startup' || killCause === 'liveness') && member.restarts.policy !== 'Never') return 'restarts'
  return mainGiven && member.main && exitCode === 0 ? 'stays' : after
}
