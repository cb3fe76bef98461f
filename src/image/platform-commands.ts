/**
 * The commands of an image whose platforms have different ones. `inject` cannot know on which node a pod will run, so it
 * gives all of them to the wrapper, as JSON: platform (`linux/arm64/v8`, as in an image index) -> words. Pure.
 */

/** An environment variable of the wrapper. The command does not get it. */
export const PLATFORM_COMMANDS = 'PODORDER_PLATFORM_COMMANDS'

export type PlatformCommand = { readonly words: readonly string[] } | { readonly problem: string }

/** Names of the OCI image specification (GOARCH, with a variant for arm), best first, by Node's `process.arch`. */
const PLATFORMS: Readonly<Record<string, readonly string[]>> = {
  x64: ['linux/amd64'],
  arm64: ['linux/arm64/v8', 'linux/arm64'],
  arm: ['linux/arm/v7', 'linux/arm/v6', 'linux/arm'],
  ia32: ['linux/386'],
  ppc64: ['linux/ppc64le'],
  riscv64: ['linux/riscv64'],
  s390x: ['linux/s390x'],
}

/**
 * @param arch Node's `process.arch`
 * @param more whether further words of the command follow
 * @returns the words of this platform, or one sentence that says what is wrong
 */
export function choosePlatformCommand(text: string, arch: string, more: boolean): PlatformCommand {
  const commands = readCommands(text)
  if (commands === undefined) {
    return { problem: `${PLATFORM_COMMANDS} is not JSON of the form {"linux/amd64":["app"]}; inject writes it so` }
  }
  const candidates = PLATFORMS[arch] ?? [`linux/${arch}`]
  const found = candidates.find((platform) => commands.has(platform))
  if (found === undefined) {
    const known = [...commands.keys()].join(', ') || 'none'
    return { problem: `${PLATFORM_COMMANDS} has no command for ${candidates.at(-1)}; its platforms: ${known}` }
  }
  const words = commands.get(found) ?? []
  if (words.length === 0 && !more) return { problem: `${PLATFORM_COMMANDS} has an empty command for ${found}` }
  return { words }
}

function readCommands(text: string): ReadonlyMap<string, readonly string[]> | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const commands = Object.entries(value)
  return commands.every((entry): entry is [string, readonly string[]] => isCommand(entry[1]))
    ? new Map(commands)
    : undefined
}

function isCommand(words: unknown): boolean {
  return Array.isArray(words) && words.every((word) => typeof word === 'string' && !word.includes('\0'))
}
