/** The command of an image whose platforms have different commands. Tekton's controller passes them to the entrypoint. Pure. */
import { readObject } from '../base/json-object.ts'

export const TEKTON_PLATFORM_COMMANDS = 'TEKTON_PLATFORM_COMMANDS'

/** Go's names of Linux platforms by Node's `process.arch`, with the variant that containerd/platforms adds. */
const PLATFORMS: Readonly<Record<string, string>> = {
  x64: 'linux/amd64',
  arm64: 'linux/arm64/v8',
  arm: 'linux/arm/unknown',
  ia32: 'linux/386',
  ppc64: 'linux/ppc64le',
}

/**
 * Selects the command for this platform.
 * @param text a JSON map from platforms to the words of their command
 * @param arch Node's `process.arch`
 * @returns the words; or one sentence about the problem
 */
export function selectPlatformCommand(
  text: string,
  arch: string,
): { readonly words: readonly string[] } | { readonly problem: string } {
  const commands = readCommands(text)
  if (commands === undefined) {
    return {
      problem: `${TEKTON_PLATFORM_COMMANDS} is not JSON of the form {"linux/amd64":["app"]}, and there is no -entrypoint`,
    }
  }
  const platform = PLATFORMS[arch] ?? `linux/${arch}`
  const general = platform.slice(0, platform.lastIndexOf('/'))
  const words = commands.get(platform) ?? commands.get(general)
  if (words !== undefined) return { words }
  const known = [...commands.keys()].join(', ') || 'none'
  return { problem: `could not find command for platform "${platform}"; ${TEKTON_PLATFORM_COMMANDS} knows ${known}` }
}

function readCommands(text: string): ReadonlyMap<string, readonly string[]> | undefined {
  const map = readObject(text)
  if (map === undefined) return undefined
  const commands = Object.entries(map).map(([platform, words]) => [platform, words ?? []] as const)
  return commands.every((entry): entry is [string, readonly string[]] => isWords(entry[1]))
    ? new Map(commands)
    : undefined
}

function isWords(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === 'string' && !word.includes('\0'))
}
