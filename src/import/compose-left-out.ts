/**
 * Services that are not started: their profile is not chosen, or they have no replicas.
 *
 * Source: compose-spec 15-profiles.md; compose-go, HasProfile: the empty profile is active where none is chosen.
 */
import { type Entry, findEntry, type MapTree } from '../manifest/tree.ts'
import { type ComposeContext, fieldAt, placeOf, readItems, wordOf } from './compose-tree.ts'

/** Why a service is left out, and the entry that says so. */
export interface LeftOut {
  /** undefined: it has no replicas. */
  readonly profiles: readonly string[] | undefined
  readonly at: Entry
}

/** @param chosen profiles of the command line. @param variable the value of `COMPOSE_PROFILES` */
export function findLeftOut(
  services: ReadonlyMap<string, MapTree>,
  chosen: readonly string[],
  variable: string | undefined,
): ReadonlyMap<string, LeftOut> {
  const said = variable ?? (chosen.length === 0 ? '' : undefined)
  const active = new Set([...chosen, ...(said?.split(',').map((profile) => profile.trim()) ?? [])])
  const found = new Map<string, LeftOut>()
  for (const [name, service] of services) {
    const at = findEntry(service, 'profiles')
    const profiles = readItems(at?.value).map((item) => wordOf(item) ?? '')
    const isActive = profiles.length === 0 || active.has('*') || profiles.some((profile) => active.has(profile))
    if (at !== undefined && !isActive) found.set(name, { profiles, at })
    const count = findReplicas(service)
    if (isActive && count !== undefined && wordOf(count.value) === '0')
      found.set(name, { profiles: undefined, at: count })
  }
  return found
}

/** Finds the entry with the number of replicas. */
export function findReplicas(service: MapTree): Entry | undefined {
  return findEntry(fieldAt(service, 'deploy'), 'replicas') ?? findEntry(service, 'scale')
}

/** Makes one remark for all services with the same profiles. */
export function noteLeftOut(leftOut: ReadonlyMap<string, LeftOut>, context: ComposeContext): void {
  const first = new Map<string, Entry>()
  for (const [service, { profiles, at }] of leftOut) {
    const about = `service "${service}"`
    if (profiles === undefined) {
      const word = wordOf(at.value) ?? ''
      context.remarks.note(placeOf(at, context), about, `left out, since ${at.key} is ${word}`, 'write 1 to have it in the pod') // prettier-ignore
      continue
    }
    const named = profiles.filter((profile) => profile !== '')
    const which = named.length === 1 ? `the profile ${named[0]} is not` : `none of the profiles ${named.join(', ')} is`
    const place = first.get(which) ?? at
    first.set(which, place)
    const fix = `give --profile ${named[0] ?? "''"} to have it in the pod`
    context.remarks.note(placeOf(place, context), about, `left out, since ${which} chosen`, fix)
  }
}
