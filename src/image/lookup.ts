/** The lookup of commands for containers without `command`: in the annotation, the map file, the cache, or the image's registry. */
import { commandAnnotation, sayCommandBy } from '../pod/annotation-names.ts'
import type { ImageWords } from './image-command.ts'
import { findInConfig, readSaidCommand } from './image-config.ts'
import type { PlatformImage } from './image-manifest.ts'
import { combinePlatforms, type PlatformWords } from './image-platforms.ts'
import { formatReference, parseReference, type ImageReference } from './image-reference.ts'
import { mapAtOnce, workWithin } from '../base/at-once.ts'
import type { LookupPorts, LookupSettings, LookupProblem } from './lookup-ports.ts'
import { pullImages } from './pull.ts'

export interface CommandWanted {
  readonly container: string
  readonly image: string
  readonly args: readonly string[] | undefined
  /** The annotation `podorder.io/command.<container>`. */
  readonly said: string | undefined
  /** The contents of config.json in the pod's imagePullSecrets. */
  readonly pullSecrets: readonly string[]
}

export type CommandFound =
  /** `on`: the image's platforms, `os/architecture[/variant]`; undefined when the user gave the command. */
  | (PlatformWords & { readonly on?: readonly string[] })
  /** `problem`: a sentence that names the image. `fix`: how to solve it. */
  | { readonly problem: string; readonly fix: string }

/** What is known of an image. */
type Known = readonly PlatformImage[] | LookupProblem

/** How many images are looked up at the same time. */
const AT_ONCE = 4

/**
 * Looks up each image once. Never rejects, and ends within `settings.timeoutMs` or at `cancel`; each command that is still unknown then
 * is a problem.
 * @returns in the order of `wanted`.
 */
export async function findCommands(
  wanted: readonly CommandWanted[],
  settings: LookupSettings,
  ports: LookupPorts,
  cancel: AbortSignal,
): Promise<readonly CommandFound[]> {
  const lookups = new Map<string, Promise<Known>>()
  return workWithin(settings.timeoutMs, cancel, async (cancel) => {
    const lookUp = (reference: ImageReference, pullSecrets: readonly string[]): Promise<Known> => {
      const key = JSON.stringify([formatReference(reference), pullSecrets])
      const dockerConfigs = [...pullSecrets, ...(settings.dockerConfig === undefined ? [] : [settings.dockerConfig])]
      const lookup = lookups.get(key) ?? pullImages(reference, { dockerConfigs, settings, ports, cancel })
      lookups.set(key, lookup)
      return lookup
    }
    return mapAtOnce(AT_ONCE, wanted, async (one) => {
      const source = readSources(one, settings)
      if (!('registry' in source)) return conclude(one, source)
      const known = await lookUp(source, one.pullSecrets)
      const found = conclude(one, known)
      return 'problem' in found || 'problem' in known ? found : { ...found, on: known.map(({ platform }) => platform) }
    })
  })
}

/** @returns the image's reference when neither the pod nor the file has the command. */
function readSources(
  { container, image, said }: CommandWanted,
  { imageConfig }: LookupSettings,
): Known | ImageReference {
  if (said !== undefined) {
    const words = readSaidCommand(said)
    return typeof words === 'string' ? { problem: `${commandAnnotation(container)}: ${words}` } : listOne(words)
  }
  const reference = parseReference(image)
  if ('problem' in reference) return { problem: `its name ${reference.problem}` }
  const words = findInConfig(imageConfig, reference)
  return words === undefined ? reference : listOne(words)
}

function listOne(words: ImageWords): Known {
  return [{ platform: 'linux', ...words }]
}

function conclude({ container, image, args }: CommandWanted, known: Known): CommandFound {
  const words = 'problem' in known ? known : combinePlatforms(known, args)
  if (!('problem' in words)) return words
  // An operator fills in the image later.
  if (image === '') {
    const fix = `write "command" in the container, or annotate its pod with ${sayCommandBy(container)}`
    return { problem: 'it has neither a command nor an image', fix }
  }
  return {
    problem: `the command of image "${image}" is not known: ${words.problem}`,
    fix:
      `write "command" in the container, or annotate its pod with ${sayCommandBy(container)}, ` +
      'or list the image in a file for --image-config',
  }
}
