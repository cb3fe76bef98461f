/**
 * Limits the concurrent reviews of one tenant. Reviews wait for registries: without a limit, a tenant whose registry does not answer
 * could use all places and memory, so that reviews of others are refused. Pure except for its state.
 */

/** The limit for a single tenant, of 512 reviews together; a few are left for others. */
const MOST_REVIEWS = 504
/** The least limit when several tenants share the places equally. */
const LEAST_REVIEWS = 128
/** The limit of bytes, of 32 MiB for all bodies; a single review of any size is accepted. */
const MOST_BYTES = 6 * 1024 * 1024

export interface Share {
  giveBack(): void
}

export function createShares(): { take(tenant: string, bytes: number): Share | undefined } {
  const held = new Map<string, { reviews: number; bytes: number }>()
  return {
    take(tenant, bytes) {
      const own = held.get(tenant) ?? { reviews: 0, bytes: 0 }
      const tenants = held.size + (held.has(tenant) ? 0 : 1)
      const most = Math.max(LEAST_REVIEWS, Math.floor(MOST_REVIEWS / tenants))
      if (own.reviews >= most || (own.reviews > 0 && own.bytes + bytes > MOST_BYTES)) return undefined
      own.reviews++
      own.bytes += bytes
      held.set(tenant, own)
      return {
        giveBack() {
          own.reviews--
          own.bytes -= bytes
          if (own.reviews === 0) held.delete(tenant)
        },
      }
    },
  }
}
