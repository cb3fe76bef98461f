/** The results of measurements: rows of the common table, or a separate table. */
import type { Candidate } from './candidates.ts'

export interface Figure {
  readonly name: string
  readonly unit: 'ms' | 'MiB' | ''
  /** The values by candidate. They are medians unless the name of the figure says otherwise. */
  readonly values: Readonly<Record<string, number>>
  /** The limits for entrypoint. */
  readonly bars: readonly Bar[]
}

export interface Bar {
  readonly text: string
  readonly limit: number
  readonly met: boolean
}

/** A separate table for readers of the README, with words and numbers and without bars. */
export interface Sheet {
  readonly name: string
  /** The headings of all columns except the first, whose heading is the name of the table. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Sentences about what the numbers do not include. */
  readonly notes: readonly string[]
}

/** The input of a measurement. */
export interface Bench {
  readonly candidates: readonly Candidate[]
  /** The path of the compiled `stamp.c`; undefined without a C compiler. */
  readonly stamp: string | undefined
  /** The path of the installed copy that is measured. */
  readonly entrypoint: string
  /** The path of the compiled library `cpus.c`; undefined without a C compiler. */
  readonly cpus: string | undefined
  /** The path of the compiled `repeat.c`; undefined without a C compiler. */
  readonly repeat: string | undefined
  /** The directory for files of measurements, which is removed at the end. */
  readonly directory: string
  /** Whether the CPU of waiting wrappers is measured for the full time of the bar: 120 s, after the first 75 s. */
  readonly long: boolean
}

/** The name of podorder's own candidate. */
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
