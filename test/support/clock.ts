/** A wall clock that a test sets for a program and its children, by Debian's package faketime. The monotonic clock is not changed. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LIBRARIES = '/usr/lib'

export interface Clock {
  readonly env: Readonly<Record<string, string>>
  /** @param offset from the time of the machine, such as `-1h` or `+2h` */
  set(offset: string): void
}

/** @returns undefined if faketime is not installed */
export function openClock(directory: string): Clock | undefined {
  const library = readdirSync(LIBRARIES)
    .map((name) => join(LIBRARIES, name, 'faketime/libfaketime.so.1'))
    .find((path) => existsSync(path))
  if (library === undefined) return undefined
  const file = join(directory, 'clock')
  const set = (offset: string): void => writeFileSync(file, `${offset}\n`)
  set('+0')
  return {
    env: {
      PATH: process.env['PATH'] ?? '',
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  }
}
