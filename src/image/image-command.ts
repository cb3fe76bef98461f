/** What a container runs that says no command: its image's own words, combined as the kubelet does. Pure. */
import { isObject } from '../base/json-object.ts'
import { nameSignal, parseSignal } from '../base/signal-names.ts'
import { protect } from '../pod/expand.ts'

/** The words of an image's configuration (OCI image specification, `config`). */
export interface ImageWords {
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** What a runtime sends to stop it; SIGTERM where an image says nothing. */
  readonly stopSignal?: string
}

/**
 * `args` take the place of CMD; ENTRYPOINT stays. The image's words are meant as they are, so each `$` is doubled: in a
 * manifest, where they come to stand, `$(NAME)` would be expanded.
 * @returns empty when there is nothing to run
 */
export function combineCommand({ entrypoint, cmd }: ImageWords, args: readonly string[] = []): readonly string[] {
  return [...entrypoint.map(protect), ...(args.length > 0 ? args : cmd.map(protect))]
}

/** What `podman image inspect --format '{{json .Config}}'` prints; what it does not say is empty. @throws on no JSON */
export function readImageWords(text: string): ImageWords {
  return pickImageWords(JSON.parse(text))
}

/** @param config of an image, as it came from outside: what is missing in it, or no list, is empty. */
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
