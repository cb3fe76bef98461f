/** Decides whether a wait for Jobs is met. Pure. */
import { conditionOf, countOf, fieldOf, hasCondition, listOf, textOf } from '../pod/api-object.ts'
import { impossible, listSome, met, type TargetResult, waiting } from './target-result.ts'
import type { ObjectTarget } from './target.ts'

export interface SeenJob {
  readonly name: string
  readonly complete: boolean
  /** `BackoffLimitExceeded: Job has reached …` */
  readonly failure: string | undefined
  readonly suspended: boolean
  /** Active pods, including those that have ended but are not yet in the API's counts. */
  readonly active: number
  readonly succeeded: number
  readonly failures: number
}

/**
 * Reads a Job's conditions, since its counts do not distinguish a retry from the end. SuccessCriteriaMet and FailureTarget
 * (Kubernetes >= 1.31) give the result while the last pods still stop.
 */
export function readJobState(job: unknown): SeenJob {
  const failed = ['Failed', 'FailureTarget'].find((type) => hasCondition(job, type))
  const condition = failed === undefined ? undefined : conditionOf(job, failed)
  const uncounted = (how: string): number => listOf(job, 'status', 'uncountedTerminatedPods', how).length
  return {
    name: textOf(job, 'metadata', 'name'),
    complete: hasCondition(job, 'Complete') || hasCondition(job, 'SuccessCriteriaMet'),
    failure:
      condition === undefined
        ? undefined
        : [textOf(condition, 'reason'), textOf(condition, 'message')].filter((text) => text !== '').join(': '),
    suspended: fieldOf(job, 'spec', 'suspend') === true,
    active: countOf(job, 'status', 'active'),
    succeeded: countOf(job, 'status', 'succeeded') + uncounted('succeeded'),
    failures: countOf(job, 'status', 'failed') + uncounted('failed'),
  }
}

/**
 * @param jobs all Jobs that the target selects
 * @param gone the last states of Jobs that the target selected before and that are gone. A finished Job still counts, since it may
 * be removed (`ttlSecondsAfterFinished`). The result of any other can never be known.
 */
export function judgeJobs(target: ObjectTarget, jobs: Iterable<SeenJob>, gone: Iterable<SeenJob>): TargetResult {
  const present = [...jobs]
  const names = new Set(present.map(({ name }) => name))
  const past = [...gone].filter(({ name }) => !names.has(name))
  const lost = past.find((job) => !hasEnded(job, target))
  if (lost !== undefined) {
    const left = 'name' in target.which ? 'was deleted' : 'was deleted or is selected no longer'
    return impossible(`${lost.name} ${left} before it had ended`)
  }
  const all = [...present, ...past]
  if (all.length === 0) return judgeAbsence(target)
  const missing = all.filter((job) => !isThere(job, target))
  if (missing.length === 0) return met(`${listSome(all.map(({ name }) => name))} ${describeEnd(all)}`)
  const failed = missing.find(({ failure }) => failure !== undefined)
  if (failed !== undefined) return impossible(`${failed.name} has failed (${failed.failure})`)
  return waiting(listSome(missing.map((job) => `${job.name} ${describe(job)}`)))
}

function judgeAbsence({ which, absentCounts }: ObjectTarget): TargetResult {
  const none = 'name' in which ? 'there is no such job' : 'no job matches'
  return absentCounts === true ? met(`${none}, which counts as completed`) : waiting(`${none} yet`)
}

function isThere(job: SeenJob, { demand }: ObjectTarget): boolean {
  switch (demand) {
    case 'all':
      return job.complete
    case 'finished':
      return job.complete || job.failure !== undefined
    case 'some':
      return job.complete || (job.succeeded > 0 && job.active === 0)
  }
}

function hasEnded(job: SeenJob, target: ObjectTarget): boolean {
  return isThere(job, target) || job.failure !== undefined
}

function describeEnd(jobs: readonly SeenJob[]): string {
  const verb = jobs.length === 1 ? 'has' : 'have'
  return jobs.every(({ complete }) => complete) ? `${verb} completed` : `${verb} ended`
}

function describe({ suspended, active, succeeded, failures }: SeenJob): string {
  if (suspended) return 'is suspended'
  const counts = [`${active} active`, `${succeeded} succeeded`, `${failures} failed`]
  return `has not ended (${counts.join(', ')})`
}
