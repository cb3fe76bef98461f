/**
 * Makes a copy of Debian's ld.so that ignores `LD_PRELOAD`, `LD_AUDIT` and /etc/ld.so.preload of the container. They name libraries for
 * the application's C library. If the loader loaded one into a process with podorder's C library, the process would fail before its
 * first instruction. The application still gets the variables, and its own loader uses them.
 */
import type { Target } from './target.ts'

interface Change {
  readonly what: string
  /** The bytes that must be there exactly once. `bytes` replace those from position `at` on. */
  readonly pattern: readonly number[]
  readonly at: number
  readonly bytes: readonly number[]
}

/** Makes the path of the preload file empty. No file has an empty path. */
const NO_PRELOAD_FILE: Change = {
  what: 'the path /etc/ld.so.preload',
  pattern: Array.from('/etc/ld.so.preload\0', (character) => character.charCodeAt(0)),
  at: 0,
  bytes: [0],
}

/** Changes `_dl_next_ld_env_entry`, which finds variables with `LD_`: it compares with NUL instead of `D`, so it finds none. */
const NO_VARIABLES: Readonly<Record<Target['name'], Change>> = {
  amd64: {
    what: "cmpb $'D', 1(%rax)",
    pattern: [0x80, 0x78, 0x01, 0x44],
    at: 3,
    bytes: [0x00],
  },
  arm64: {
    what: "cmp w2, #'L' … cmp w2, #'D'",
    pattern: [0x5f, 0x30, 0x01, 0x71, -1, -1, -1, -1, -1, -1, -1, -1, 0x5f, 0x10, 0x01, 0x71],
    at: 13,
    bytes: [0x00, 0x00],
  },
}

/** @returns a changed copy. @throws when the loader does not match; the changes must then be adapted to its disassembly */
export function quietLoader(loader: Uint8Array, target: Target['name']): Uint8Array {
  const quiet = Uint8Array.from(loader)
  for (const { what, pattern, at, bytes } of [NO_VARIABLES[target], NO_PRELOAD_FILE]) {
    const places = findAll(loader, pattern)
    if (places.length !== 1) throw new Error(`ld.so for ${target} has ${what} ${places.length} times, not once`)
    quiet.set(bytes, (places[0] ?? 0) + at)
  }
  return quiet
}

/** Finds all places of a pattern, in which -1 stands for any byte. */
function findAll(bytes: Uint8Array, pattern: readonly number[]): readonly number[] {
  const found: number[] = []
  for (let at = bytes.indexOf(pattern[0] ?? 0); at !== -1; at = bytes.indexOf(pattern[0] ?? 0, at + 1)) {
    if (pattern.every((byte, index) => byte === -1 || bytes[at + index] === byte)) found.push(at)
  }
  return found
}
