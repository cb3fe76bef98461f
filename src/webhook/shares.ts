/**
 * How much one tenant may have in work at the same time. Reviews wait for registries, and a tenant whose registry does not answer
 * would otherwise take every place and all memory, and the reviews of others would be refused. Pure but for its own count.
 */

/** The most reviews, of the 512 that there are together, for a tenant that is alone; a few are left for whoever comes. */
const MOST_REVIEWS = 504
/** A tenant among others; the same part for each, but not less than this. */
const LEAST_REVIEWS = 128
/** The most bytes, of the bodies' 32 MiB; one review of any size always fits. */
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
