/**
 * Pieces of work one after another, and no tenant's work before that of tenants who have had less: the processor's time that each
 * has had of late decides, with what its next job will probably take. So somebody with one review waits for the one that is being
 * worked on, and not for those that another tenant has lined up. Pure but for its own queue.
 */

export interface FairQueue {
  /** Settles as the job does. @param size in bytes */
  run<Result>(tenant: string, size: number, job: () => Result): Promise<Result>
}

export interface FairQueuePorts {
  /** ms, never going back. */
  readonly clock: () => number
  /** Lets everything else that is due have its turn. */
  readonly rest: () => Promise<void>
}

interface Job {
  readonly size: number
  readonly since: number
  readonly run: () => void
}

interface Tenant {
  /** ms of the processor's time as of `at`; it halves with each `HALF_LIFE_MS`. */
  spent: number
  at: number
  readonly jobs: Job[]
}

const HALF_LIFE_MS = 2000

/** More than that is not held against a tenant: two that have had as much are told apart by what they ask for now. */
const MOST_SPENT_MS = 200

/** A job that has waited longer comes next, whosever it is: half of the API server's patience is left to it. */
const PATIENCE_MS = 3000

/** What a review is expected to take, at worst. */
const BYTES_PER_MS = 1500
const MOST_EXPECTED_MS = 200

/** Less is not worth remembering. */
const NOTHING_MS = 0.1

export function createFairQueue({ clock, rest }: FairQueuePorts): FairQueue {
  const tenants = new Map<string, Tenant>()
  let isWorking = false

  async function work(): Promise<void> {
    isWorking = true
    for (let next = takeNext(); next !== undefined; next = takeNext()) {
      const began = clock()
      next.job.run()
      const now = clock()
      next.tenant.spent = Math.min(MOST_SPENT_MS, decay(next.tenant, now) + now - began)
      next.tenant.at = now
      await rest()
    }
    isWorking = false
  }

  function takeNext(): { readonly tenant: Tenant; readonly job: Job } | undefined {
    const now = clock()
    let best: { readonly tenant: Tenant; readonly job: Job; readonly rank: number } | undefined
    for (const [name, tenant] of tenants) {
      const spent = decay(tenant, now)
      if (tenant.jobs.length === 0 && spent < NOTHING_MS) tenants.delete(name)
      for (const job of [tenant.jobs[0], findSmallest(tenant.jobs)]) {
        if (job === undefined) continue
        const waited = now - job.since
        const rank = waited > PATIENCE_MS ? -waited : spent + Math.min(MOST_EXPECTED_MS, job.size / BYTES_PER_MS)
        if (best === undefined || rank < best.rank) best = { tenant, job, rank }
      }
    }
    if (best !== undefined) best.tenant.jobs.splice(best.tenant.jobs.indexOf(best.job), 1)
    return best
  }

  return {
    run(name, size, job) {
      return new Promise((resolve, reject) => {
        const tenant = tenants.get(name) ?? { spent: 0, at: clock(), jobs: [] }
        tenants.set(name, tenant)
        const run = (): void => {
          try {
            resolve(job())
          } catch (error) {
            reject(error instanceof Error ? error : new Error('a job failed'))
          }
        }
        tenant.jobs.push({ size, since: clock(), run })
        if (!isWorking) void work()
      })
    },
  }
}

function decay({ spent, at }: Tenant, now: number): number {
  return spent * 2 ** ((at - now) / HALF_LIFE_MS)
}

function findSmallest(jobs: readonly Job[]): Job | undefined {
  let smallest = jobs[0]
  for (const job of jobs) if (smallest === undefined || job.size < smallest.size) smallest = job
  return smallest
}
