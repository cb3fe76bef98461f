/**
 * A queue of jobs, one after another, that is fair to tenants. The next job is that of the tenant with the least recent processor
 * time, including the job's expected time. So a tenant with one review waits only for the current job, not for all queued jobs of
 * another tenant. Pure except for its state.
 */

export interface FairQueue {
  /** Settles as the job does. @param size in bytes */
  run<Result>(tenant: string, size: number, job: () => Result): Promise<Result>
}

export interface FairQueuePorts {
  /** ms, never going back. */
  readonly clock: () => number
  /** Lets other pending work run. */
  readonly rest: () => Promise<void>
}

interface Job {
  readonly size: number
  readonly since: number
  readonly run: () => void
}

interface Tenant {
  /** Processor time in ms as of `at`; it halves in each `HALF_LIFE_MS`. */
  spent: number
  at: number
  readonly jobs: Job[]
}

const HALF_LIFE_MS = 2000

/** The limit of counted time: tenants above it are compared by their next jobs. */
const MOST_SPENT_MS = 200

/** A job that has waited longer comes next in any case: it has half of the API server's timeout left. */
const PATIENCE_MS = 3000

/** The expected time of a review, in the worst case. */
const BYTES_PER_MS = 1500
const MOST_EXPECTED_MS = 200

/** Less time is forgotten. */
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
