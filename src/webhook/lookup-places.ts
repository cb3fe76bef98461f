/** A limited number of lookups for each tenant, with a limited time to wait for a place. */
import { startTimer } from '../base/timer.ts'

export interface LookupPlace {
  leave(): void
}

export interface LookupPlaces {
  /** @returns undefined when no place became free in time */
  enter(tenant: string): Promise<LookupPlace | undefined>
}

interface Held {
  taken: number
  readonly waiting: Set<(place: LookupPlace) => void>
}

export function createLookupPlaces({ each, waitMs }: { readonly each: number; readonly waitMs: number }): LookupPlaces {
  const tenants = new Map<string, Held>()

  const makePlace = (tenant: string, held: Held): LookupPlace => ({
    leave() {
      const [next] = held.waiting
      if (next !== undefined) {
        held.waiting.delete(next)
        return next(makePlace(tenant, held))
      }
      held.taken--
      if (held.taken === 0) tenants.delete(tenant)
    },
  })

  return {
    enter(tenant) {
      const held = tenants.get(tenant) ?? { taken: 0, waiting: new Set() }
      tenants.set(tenant, held)
      if (held.taken < each) {
        held.taken++
        return Promise.resolve(makePlace(tenant, held))
      }
      return new Promise((resolve) => {
        const take = (place: LookupPlace): void => {
          clearTimeout(timer)
          resolve(place)
        }
        const timer = startTimer(() => {
          held.waiting.delete(take)
          resolve(undefined)
        }, waitMs)
        held.waiting.add(take)
      })
    },
  }
}
