/** Commands of images that the user gives: the file of `--image-config`, and `podorder.io/command.<container>`. Pure. */
import { isObject } from '../base/json-object.ts'
import { nameSignal, parseSignal } from '../base/signal-names.ts'
import type { ImageWords } from './image-command.ts'
import { formatReference, parseReference, type ImageReference } from './image-reference.ts'

/** The key is the image's full name. */
export type ImageConfig = ReadonlyMap<string, ImageWords>

const KEYS = ['entrypoint', 'cmd', 'stopSignal', 'Entrypoint', 'Cmd', 'StopSignal']

/**
 * @param file parsed JSON or YAML: an image's name -> `{entrypoint: […], cmd: […], stopSignal: …}`, or the spelling of an image's own
 * configuration, `{Entrypoint: […], Cmd: […]}`. Each field may be missing or null.
 * @returns all faults together, each one sentence
 */
export function readConfigFile(file: unknown): ImageConfig | { readonly faults: readonly string[] } {
  if (!isObject(file)) return { faults: ['it must be a map from image names to {entrypoint: […], cmd: […]}'] }
  const faults: string[] = []
  const config = new Map<string, ImageWords>()
  for (const [image, value] of Object.entries(file)) {
    const reference = parseReference(image)
    const words = readWords(value)
    if ('problem' in reference) faults.push(`the image "${image}" ${reference.problem}`)
    else if (typeof words === 'string') faults.push(`${image}: ${words}`)
    else config.set(formatReference(reference), words)
  }
  return faults.length > 0 ? { faults } : config
}

function readWords(value: unknown): ImageWords | string {
  if (!isObject(value)) return 'it must be a map with entrypoint and cmd'
  const stranger = Object.keys(value).find((key) => !KEYS.includes(key))
  if (stranger !== undefined) return `"${stranger}" is not known; there are entrypoint, cmd and stopSignal`
  const entrypoint = value['entrypoint'] ?? value['Entrypoint'] ?? []
  const cmd = value['cmd'] ?? value['Cmd'] ?? []
  if (!isWordList(entrypoint)) return 'entrypoint must be a list of words, like ["/bin/app", "--serve"]'
  if (!isWordList(cmd)) return 'cmd must be a list of words, like ["sh", "-c", "ls"]'
  const said = value['stopSignal'] ?? value['StopSignal'] ?? undefined
  if (said === undefined) return { entrypoint, cmd }
  const signal = typeof said === 'string' ? parseSignal(said) : undefined
  if (signal === undefined) return 'stopSignal must be a signal, like SIGINT or SIGRTMIN+3'
  return { entrypoint, cmd, stopSignal: nameSignal(signal) }
}

/** Looks for the image's digest first, then for its tag. @returns undefined when the file has neither. */
export function findInConfig(config: ImageConfig, reference: ImageReference): ImageWords | undefined {
  const { tag } = reference
  const tagged = tag === undefined ? undefined : config.get(formatReference({ ...reference, digest: undefined }))
  return config.get(formatReference(reference)) ?? tagged
}

/**
 * Reads the annotation. It has ENTRYPOINT and CMD in one list and does not say where CMD begins, so `args` cannot replace CMD:
 * they follow the list, as they follow `command`.
 * @returns one sentence when it is not a JSON list of strings
 */
export function readSaidCommand(said: string): ImageWords | string {
  let words: unknown
  try {
    words = JSON.parse(said)
  } catch {
    return 'it is not JSON; it must be a list of words, like ["/bin/app", "--serve"]'
  }
  return isWordList(words) ? { entrypoint: words, cmd: [] } : 'it must be a list of words, like ["/bin/app", "--serve"]'
}

function isWordList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string')
}
