/** What an import has to say about its input: what is wrong with it, and what has no place in one pod. */
import type { Position } from '../manifest/tree.ts'

export interface Remark {
  readonly file: string
  readonly at: Position
  /** The service or container that it is about. */
  readonly about: string | undefined
  readonly what: string
  readonly fix: string
}

/** Something with a place in a file: a tree, or a key. */
export interface FilePlace {
  readonly file: string
  readonly at: Position
}

/** Collects remarks; each call says one. */
export interface Remarks {
  /** The input is refused, and nothing is written. */
  refuse(place: FilePlace, about: string | undefined, what: string, fix: string): void
  /** The pod is written without it; `--strict` refuses it. */
  note(place: FilePlace, about: string | undefined, what: string, fix: string): void
  readonly refused: readonly Remark[]
  readonly noted: readonly Remark[]
}

/** A file of thousands of services with one fault each says enough with the first of them. */
const MOST = 200

export function collectRemarks(): Remarks {
  const refused: Remark[] = []
  const noted: Remark[] = []
  const put = (list: Remark[]): Remarks['note'] => {
    return ({ file, at }, about, what, fix) => {
      const isSaid = list.some(
        (one) => one.file === file && one.what === what && one.at.line === at.line && one.at.column === at.column,
      )
      if (!isSaid && list.length < MOST) list.push({ file, at, about, what, fix })
    }
  }
  return { refuse: put(refused), note: put(noted), refused, noted }
}

/** `compose.yaml:3:5: service "db": what; fix` */
export function describeRemark({ file, at, about, what, fix }: Remark): string {
  const whose = about === undefined ? '' : `${about}: `
  return `${file}:${at.line}:${at.column}: ${whose}${what}; ${fix}`
}
