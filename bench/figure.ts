/** The result of a measurement: rows of the table, or a separate table. */
import type { Candidate } from './candidates.ts'

export interface Figure {
  readonly name: string
  readonly unit: 'ms' | 'MiB' | ''
  /** By candidate; a median unless the name says otherwise. */
  readonly values: Readonly<Record<string, number>>
  /** What entrypoint must reach. */
  readonly bars: readonly Bar[]
}

export interface Bar {
  readonly text: string
  readonly limit: number
  readonly met: boolean
}

/** A table for readers of the README: words beside numbers, and no bars. */
export interface Sheet {
  readonly name: string
  /** Beside the first one, whose heading is the name. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** What its numbers leave out. */
  readonly notes: readonly string[]
}

/** What a measurement works with. */
export interface Bench {
  readonly candidates: readonly Candidate[]
  /** Path of the compiled `stamp.c`; undefined without a C compiler. */
  readonly stamp: string | undefined
  /** The installed copy that is measured. */
  readonly entrypoint: string
  /** Path of the compiled `cpus.c`, a library; undefined without a C compiler. */
  readonly cpus: string | undefined
  /** Of `repeat.c`, likewise. */
  readonly repeat: string | undefined
  /** Where measurements keep their files; removed at the end. */
  readonly directory: string
  /** Idle CPU as the bar has it: the first 75 s let go by, then 120 s. */
  readonly long: boolean
}

/** The column that the others are peers of. */
export const OURS = 'entrypoint'

export function setBar(text: string, value: number | undefined, limit: number): Bar {
  return { text, limit, met: value !== undefined && value <= limit }
}

/** Reduces the samples of each candidate to one value. */
export function summarize(
  samples: ReadonlyMap<string, readonly number[]>,
  reduce: (samples: readonly number[]) => number,
): Record<string, number> {
  return Object.fromEntries([...samples].map(([name, values]) => [name, reduce(values)]))
}
