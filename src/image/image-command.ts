/** The command of a container without `command`: the image's ENTRYPOINT and CMD, combined as the kubelet does. Pure. */
import { isObject } from '../base/json-object.ts'
import { nameSignal, parseSignal } from '../base/signal-names.ts'
import { protect } from '../pod/expand.ts'

/** The words of an image's configuration (OCI image specification, `config`). */
export interface ImageWords {
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** The signal that a runtime sends to stop the container; undefined means SIGTERM. */
  readonly stopSignal?: string
}

/**
 * `args` replace CMD; ENTRYPOINT stays. The kubelet does not expand `$(NAME)` in an image's words, but it does in a manifest.
 * So each `$` of the image's words is doubled.
 * @returns empty when there is nothing to run
 */
export function combineCommand({ entrypoint, cmd }: ImageWords, args: readonly string[] = []): readonly string[] {
  return [...entrypoint.map(protect), ...(args.length > 0 ? args : cmd.map(protect))]
}

/** Reads what `podman image inspect --format '{{json .Config}}'` prints. A missing field is empty. @throws when it is not JSON */
export function readImageWords(text: string): ImageWords {
  return pickImageWords(JSON.parse(text))
}

/** @param config an image's configuration, unchecked: a field that is missing or not a list is empty */
export function pickImageWords(config: unknown): ImageWords {
  const { Entrypoint, Cmd, StopSignal } = isObject(config) ? config : {}
  const signal = typeof StopSignal === 'string' ? parseSignal(StopSignal) : undefined
  return {
    ...{ entrypoint: readWords(Entrypoint), cmd: readWords(Cmd) },
    ...(signal === undefined ? {} : { stopSignal: nameSignal(signal) }),
  }
}

function readWords(words: unknown): readonly string[] {
  return Array.isArray(words) ? words.map(String) : []
}
