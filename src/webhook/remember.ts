/** Caches image lookups: one for all pods that come at the same time, and for a while after. */
import { createWeighedMap } from '../base/weighed-map.ts'
import type { CommandFound, CommandWanted } from '../image/lookup.ts'
import { createLookupPlaces } from './lookup-places.ts'
import type { FindCommands } from './ports.ts'

/** How long a found command is kept; a moved tag is noticed after this time. */
const FOUND_MS = 60_000
/** How long a failure is kept, so that not every pod of a Deployment asks a registry that does not answer. */
const FAILED_MS = 5000

/** The limits of the cache, some 8 MiB: images, args and commands may have any length. */
const KNOWN = { entries: 1000, bytes: 8 * 1024 * 1024, entryBytes: 64 * 1024 }

/** The limit of concurrent lookups for one tenant: a registry that does not answer blocks each of them until its timeout. */
const PLACES = { each: 16, waitMs: 2000 }

const CROWDED: CommandFound = {
  problem: `its registry is not asked: ${PLACES.each} other images of this namespace are being looked up`,
  fix: 'try again',
}

/** @param clock ms, never going back */
export function rememberCommands(
  find: (wanted: readonly CommandWanted[]) => Promise<readonly CommandFound[]>,
  clock: () => number,
): FindCommands {
  const known = createWeighedMap<{ readonly found: CommandFound; readonly until: number }>(KNOWN)
  const asked = new Map<string, Promise<CommandFound>>()
  const places = createLookupPlaces(PLACES)

  const ask = async (wanted: CommandWanted): Promise<CommandFound> => {
    const [found] = await find([wanted])
    if (found === undefined) throw new Error(`no answer for container ${wanted.container}`)
    return found
  }

  const askInTurn = async (wanted: CommandWanted, key: string, tenant: string): Promise<CommandFound> => {
    const place = await places.enter(tenant)
    if (place === undefined) return CROWDED
    try {
      const found = await ask(wanted)
      const until = clock() + ('problem' in found ? FAILED_MS : FOUND_MS)
      known.set(key, { found, until }, 2 * (key.length + JSON.stringify(found).length))
      return found
    } finally {
      place.leave()
    }
  }

  const look = (wanted: CommandWanted, tenant: string): Promise<CommandFound> => {
    // A command in the pod needs no lookup.
    if (wanted.said !== undefined) return ask(wanted)
    // The key has the container's name, since the text of a failure contains it.
    const key = JSON.stringify([wanted.container, wanted.image, wanted.args])
    const before = known.get(key)
    if (before !== undefined && clock() < before.until) return Promise.resolve(before.found)
    // Lookups are shared only within a tenant, so that no tenant waits for another one's queue.
    const own = `${tenant}/${key}`
    const found = asked.get(own) ?? askInTurn(wanted, key, tenant).finally(() => asked.delete(own))
    asked.set(own, found)
    return found
  }

  return (wanted, tenant) => Promise.all(wanted.map((one) => look(one, tenant)))
}
