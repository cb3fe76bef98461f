/** How a pod's life ended. Pure. */

export type StopReason = 'Interrupted' | 'DeadlineExceeded'

export interface PodResult {
  readonly phase: 'Succeeded' | 'Failed'
  /** 0 when all main containers succeeded; else that of the one that failed first (not skipped, if any was not), or 1. */
  readonly exitCode: number
  readonly reason: StopReason | undefined
}

interface Ending {
  readonly exitCode: number | undefined
  readonly skipped: boolean
  readonly commandEndedAtMs: number
}

/** @param mains the containers whose end counts for the pod's */
export function weighExit(mains: readonly Ending[], reason: StopReason | undefined): number {
  if (reason === undefined && mains.every(({ exitCode }) => exitCode === 0)) return 0
  const failed = mains.filter(({ exitCode }) => exitCode !== undefined && exitCode !== 0)
  // A skipped wrapper may be gone before the one whose failure it saw: it is a consequence, not a cause.
  const causes = failed.filter(({ skipped }) => !skipped)
  return (
    (causes.length > 0 ? causes : failed).toSorted((a, b) => a.commandEndedAtMs - b.commandEndedAtMs)[0]?.exitCode ?? 1
  )
}
