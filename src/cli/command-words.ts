/** What may be said on `podorder`'s command line: read from commander's own tree, for completion and for complaints. */

export type ValueWords =
  | { readonly kind: 'choice'; readonly words: readonly string[] }
  /** Files that may hold manifests, and directories. */
  | { readonly kind: 'manifest' | 'file' | 'directory' }
  | { readonly kind: 'anything' }

export interface OptionWords {
  /** With their dashes: `-f`, `--filename`. */
  readonly flags: readonly string[]
  readonly summary: string
  /** Undefined: it takes none. */
  readonly value: ValueWords | undefined
  /** The value may be left out, and is given after `=` only. */
  readonly valueOptional: boolean
  readonly repeatable: boolean
}

export interface CommandWords {
  readonly name: string
  readonly summary: string
  readonly options: readonly OptionWords[]
  /** Undefined: it takes none. */
  readonly operand: ValueWords | undefined
}

export interface ProgramWords {
  readonly name: string
  readonly options: readonly OptionWords[]
  readonly commands: readonly CommandWords[]
}

/** What manifests are called. */
export const MANIFEST_SUFFIXES = ['yaml', 'yml', 'json'] as const
