/** The result of a pod. Pure. */

export type StopReason = 'Interrupted' | 'DeadlineExceeded'

export interface PodResult {
  readonly phase: 'Succeeded' | 'Failed'
  /**
   * 0 if all main containers succeeded. Otherwise the exit code of the main container that failed first; a skipped container counts
   * only if all failed ones were skipped. 1 if there is no such exit code.
   */
  readonly exitCode: number
  readonly reason: StopReason | undefined
}

interface Ending {
  readonly exitCode: number | undefined
  readonly skipped: boolean
  readonly commandEndedAtMs: number
}

/** Decides the exit code of the pod. @param mains the containers whose end decides the pod's result */
export function decideExitCode(mains: readonly Ending[], reason: StopReason | undefined): number {
  if (reason === undefined && mains.every(({ exitCode }) => exitCode === 0)) return 0
  const failed = mains.filter(({ exitCode }) => exitCode !== undefined && exitCode !== 0)
  // A skip is the consequence of another failure. The skipped wrapper may still end before the failed container does.
  const causes = failed.filter(({ skipped }) => !skipped)
  return (
    (causes.length > 0 ? causes : failed).toSorted((a, b) => a.commandEndedAtMs - b.commandEndedAtMs)[0]?.exitCode ?? 1
  )
}
