/** A limited number of places for each tenant, and a limited time in which to get one. */

export interface Seat {
  leave(): void
}

export interface Seats {
  /** @returns undefined when there was none in time */
  enter(tenant: string): Promise<Seat | undefined>
}

interface Held {
  taken: number
  readonly waiting: Set<(place: Seat) => void>
}

export function createSeats({ each, waitMs }: { readonly each: number; readonly waitMs: number }): Seats {
  const tenants = new Map<string, Held>()

  const makeSeat = (tenant: string, held: Held): Seat => ({
    leave() {
      const [next] = held.waiting
      if (next !== undefined) {
        held.waiting.delete(next)
        return next(makeSeat(tenant, held))
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
        return Promise.resolve(makeSeat(tenant, held))
      }
      return new Promise((resolve) => {
        const take = (place: Seat): void => {
          clearTimeout(timer)
          resolve(place)
        }
        const timer = setTimeout(() => {
          held.waiting.delete(take)
          resolve(undefined)
        }, waitMs)
        held.waiting.add(take)
      })
    },
  }
}
