/**
 * A parsed document that still knows where each value stood, so that a fault can name `file:line:column`.
 * It is what the core reads instead of a YAML library's own nodes; `adapters/yaml.ts` makes it.
 */

/** A place in a file; both numbers count from 1, columns in UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A value with its place. Aliases are resolved, tags are dropped, numbers and booleans keep their YAML 1.2 core type. */
export type Tree =
  | { readonly kind: 'map'; readonly at: Position; readonly entries: readonly Entry[] }
  | { readonly kind: 'list'; readonly at: Position; readonly items: readonly Tree[] }
  | { readonly kind: 'scalar'; readonly at: Position; readonly value: string | number | boolean | null }

export interface Entry {
  readonly key: string
  readonly keyAt: Position
  readonly value: Tree
}

/** One thing wrong with what the user wrote: where, what, and how to put it right. */
export interface Fault {
  readonly at: Position
  /** The container it is about, where it is about one. */
  readonly container?: string
  readonly what: string
  readonly fix: string
}

/** A fault as one line, `file:line:column: container "x": what; fix`, the form editors and CI can jump to. */
export function describeFault(file: string, fault: Fault): string {
  const whose = fault.container === undefined ? '' : `container "${fault.container}": `
  return `${file}:${fault.at.line}:${fault.at.column}: ${whose}${fault.what}; ${fault.fix}`
}
