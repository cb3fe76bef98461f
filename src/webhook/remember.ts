/** Looking images up once for all the pods that come at the same time, and not again for a while. */
import type { CommandFound, CommandWanted } from '../image/lookup.ts'
import type { FindCommands } from './ports.ts'

/** A tag may be moved; this is how late a pod may learn of it. */
const FOUND_MS = 60_000
/** A registry that does not answer is not asked by every pod of a Deployment. */
const FAILED_MS = 5000
const MOST = 1000

/** @param clock ms, never going back */
export function rememberCommands(find: FindCommands, clock: () => number): FindCommands {
  /** By image and args, the one that was asked for first in front. */
  const known = new Map<string, { readonly found: Promise<CommandFound>; until: number }>()

  const ask = (wanted: CommandWanted): Promise<CommandFound> =>
    find([wanted]).then(([found]) => {
      if (found === undefined) throw new Error(`no answer for container ${wanted.container}`)
      return found
    })

  const look = (wanted: CommandWanted): Promise<CommandFound> => {
    // What the pod itself says takes no looking up.
    if (wanted.said !== undefined) return ask(wanted)
    // A failure's text names the container, for which it says how to help oneself.
    const key = JSON.stringify([wanted.container, wanted.image, wanted.args])
    const before = known.get(key)
    if (before !== undefined && clock() < before.until) return before.found
    const asked = { found: ask(wanted), until: Infinity }
    known.delete(key)
    known.set(key, asked)
    const [oldest = key] = known.keys()
    if (known.size > MOST) known.delete(oldest)
    const keep = (ms: number): void => void (asked.until = clock() + ms)
    asked.found.then(
      (found) => keep('problem' in found ? FAILED_MS : FOUND_MS),
      () => keep(0),
    )
    return asked.found
  }

  return (wanted) => Promise.all(wanted.map(look))
}
