/** What a container runs that says no command: its image's own words, combined as the kubelet does. Pure. */

/** Of the image's configuration (OCI image specification, `config`). */
export interface ImageWords {
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
}

/**
 * `args` take the place of CMD; ENTRYPOINT stays. The image's words are meant as they are, so each `$` is doubled: in a
 * manifest, where they come to stand, `$(NAME)` would be expanded.
 * @returns empty when there is nothing to run
 */
export function combineCommand({ entrypoint, cmd }: ImageWords, args: readonly string[] = []): readonly string[] {
  return [...entrypoint.map(protect), ...(args.length > 0 ? args : cmd.map(protect))]
}

function protect(word: string): string {
  return word.replaceAll('$', '$$$$')
}

/** What `podman image inspect --format '{{json .Config}}'` prints; what it does not say is empty. @throws on no JSON */
export function readImageWords(text: string): ImageWords {
  const config = JSON.parse(text) as { readonly Entrypoint?: unknown; readonly Cmd?: unknown } | null
  return { entrypoint: readWords(config?.Entrypoint), cmd: readWords(config?.Cmd) }
}

function readWords(words: unknown): readonly string[] {
  return Array.isArray(words) ? words.map(String) : []
}
