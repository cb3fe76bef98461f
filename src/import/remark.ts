/** Remarks of an import about its input: faults, and what is not possible in one pod. */
import type { Position } from '../manifest/tree.ts'

export interface Remark {
  readonly file: string
  readonly at: Position
  /** The services or containers concerned, such as `service "db"`. */
  readonly about: readonly string[]
  readonly what: string
  readonly fix: string
  /** How many places the remark is about; it names the first. */
  readonly places: number
}

/** A place in a file: that of a tree or a key. */
export interface FilePlace {
  readonly file: string
  readonly at: Position
}

/** Makes one remark. */
export type Say = (place: FilePlace, about: string | undefined, what: string, fix: string) => void

/** Collects remarks. The same remark at the same place becomes one remark about several services. */
export interface Remarks {
  /** The input is refused, and nothing is written. */
  readonly refuse: Say
  /** The pod is written without the field; with `--strict` the input is refused. */
  readonly note: Say
  /** The same for a fault at many places: one remark with the first place and the number of places. */
  readonly refuseOnce: Say
  readonly noteOnce: Say
  readonly refused: readonly Remark[]
  readonly noted: readonly Remark[]
}

/** The limit of remarks, without the last, which counts the others: a file may have thousands of services with one fault each. */
const MOST = 200

export function collectRemarks(): Remarks {
  const refused = collectList()
  const noted = collectList()
  return {
    ...{ refuse: refused.say, note: noted.say, refuseOnce: refused.sayOnce, noteOnce: noted.sayOnce },
    ...{ refused: refused.list, noted: noted.list },
  }
}

interface Collected {
  readonly say: Say
  readonly sayOnce: Say
  readonly list: readonly Remark[]
}

function collectList(): Collected {
  const list: Remark[] = []
  const known = new Map<string, number>()
  const places = new Set<string>()
  let more = 0
  const put = (key: string, { file, at }: FilePlace, about: string | undefined, what: string, fix: string): void => {
    const place = `${file}:${at.line}:${at.column} ${what}`
    const index = known.get(key)
    const one = index === undefined ? undefined : list[index]
    const isNew = !places.has(place)
    places.add(place)
    if (index === MOST) return
    if (index !== undefined && one !== undefined) {
      const isKnown = about === undefined || one.about.includes(about)
      list[index] = {
        ...one,
        about: isKnown ? one.about : [...one.about, about],
        places: one.places + (isNew ? 1 : 0),
      }
      return
    }
    known.set(key, Math.min(list.length, MOST))
    if (list.length < MOST) {
      list.push({ file, at, about: about === undefined ? [] : [about], what, fix, places: 1 })
      return
    }
    more++
    // The last remark stands for all that are not listed, at the place of the first of them.
    const last = list[MOST] ?? { file, at, about: [], fix: 'correct those above, and try again', places: 1 }
    list[MOST] = { ...last, what: more === 1 ? '1 more remark is not listed' : `${more} more remarks are not listed` }
  }
  return {
    list,
    say: (place, about, what, fix) =>
      put(`${place.file}:${place.at.line}:${place.at.column} ${what}`, place, about, what, fix),
    sayOnce: (place, about, what, fix) => put(what, place, about, what, fix),
  }
}

/** Writes `service "a"`, or `services "a", "b"`. */
export function describeAbout(about: readonly string[]): string {
  const services = about.filter((one) => one.startsWith('service '))
  if (about.length < 2 || services.length < about.length) return about.join(', ')
  return `services ${services.map((one) => one.slice('service '.length)).join(', ')}`
}

/** Writes `compose.yaml:3:5: service "db": what; fix`. */
export function describeRemark({ file, at, about, what, fix, places }: Remark): string {
  const whose = about.length === 0 ? '' : `${describeAbout(about)}: `
  const more = places === 1 ? '' : ` (the first of ${places} places)`
  return `${file}:${at.line}:${at.column}: ${whose}${what}${more}; ${fix}`
}
