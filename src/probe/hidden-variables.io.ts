/** Variables that the executable hides from its own engine (scripts/engine-environment.ts). */
import { readFileSync } from 'node:fs'
import { PLATFORM_COMMANDS } from '../image/platform-commands.ts'

/** @returns variables of this process that are hidden from it; commands that it runs get them. */
export function readHiddenVariables(): Record<string, string> {
  if (process.versions['bun'] === undefined) return {}
  const given = readFileSync('/proc/self/environ', 'utf8').split('\0')
  const pairs = given.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const)
  // PLATFORM_COMMANDS is for the wrapper only, so commands do not get it.
  return Object.fromEntries(
    pairs.filter(([name]) => name !== '' && name !== PLATFORM_COMMANDS && !(name in process.env)),
  )
}
