/** Looking images up once for all the pods that come at the same time, and not again for a while. */
import { createWeighedMap } from '../base/weighed-map.ts'
import type { CommandFound, CommandWanted } from '../image/lookup.ts'
import { createLookupPlaces } from './lookup-places.ts'
import type { FindCommands } from './ports.ts'

/** A tag may be moved; this is how late a pod may learn of it. */
const FOUND_MS = 60_000
/** A registry that does not answer is not asked by every pod of a Deployment. */
const FAILED_MS = 5000

/** Together some 8 MiB: images, args and commands are as long as somebody likes. */
const KNOWN = { entries: 1000, bytes: 8 * 1024 * 1024, entryBytes: 64 * 1024 }

/** Lookups of one tenant at the same time; a registry that does not answer holds each for as long as a lookup may take. */
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
    // What the pod itself says takes no looking up.
    if (wanted.said !== undefined) return ask(wanted)
    // A failure's text names the container, for which it says how to help oneself.
    const key = JSON.stringify([wanted.container, wanted.image, wanted.args])
    const before = known.get(key)
    if (before !== undefined && clock() < before.until) return Promise.resolve(before.found)
    // What one tenant has in the queue must not hold up another.
    const own = `${tenant}/${key}`
    const found = asked.get(own) ?? askInTurn(wanted, key, tenant).finally(() => asked.delete(own))
    asked.set(own, found)
    return found
  }

  return (wanted, tenant) => Promise.all(wanted.map((one) => look(one, tenant)))
}
