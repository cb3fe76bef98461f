/** The words of `podorder`'s command line, read from commander's tree. Completion and error messages use them. */

export type ValueWords =
  | { readonly kind: 'choice'; readonly words: readonly string[] }
  /** Files that may be manifests, and directories. */
  | { readonly kind: 'manifest' | 'file' | 'directory' }
  | { readonly kind: 'anything' }

export interface OptionWords {
  /** Spellings with their dashes: `-f`, `--filename`. */
  readonly flags: readonly string[]
  readonly summary: string
  /** Undefined: takes no value. */
  readonly value: ValueWords | undefined
  /** The value is optional, and can be given only after `=`. */
  readonly valueOptional: boolean
  readonly repeatable: boolean
}

export interface CommandWords {
  readonly name: string
  readonly summary: string
  readonly options: readonly OptionWords[]
  /** Undefined: takes no operand. */
  readonly operand: ValueWords | undefined
}

export interface ProgramWords {
  readonly name: string
  readonly options: readonly OptionWords[]
  readonly commands: readonly CommandWords[]
}

/** File endings of manifests. */
export const MANIFEST_SUFFIXES = ['yaml', 'yml', 'json'] as const
