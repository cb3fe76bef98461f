/** What `inject` and `eject` need from outside; cmd/inject.ts hands the real ones in. */
import type { Alias, Fault, Position, Scalar, Tree } from '../manifest/tree.ts'
import type { TemplateKind } from '../manifest/template-kinds.ts'
import type { CommandFound, CommandWanted } from '../image/lookup.ts'

export interface ManifestYaml {
  read(text: string): {
    readonly documents: readonly {
      readonly at: Position
      readonly value: unknown
      readonly aliases: readonly Alias[]
      tree(): Tree
    }[]
    readonly faults: readonly Fault[]
    /** In documents that say nothing to podorder. */
    readonly strange: readonly Fault[]
  }
  /** What the documents say, without places; undefined where no faster reader is at hand, or it does not take the text. */
  readValues(text: string): readonly unknown[] | undefined
  /** Kinds with pod templates beside those that are known, from the command line. */
  readonly templates?: readonly TemplateKind[]
  /** The YAML inside a scalar. */
  readNested(scalar: Scalar): { readonly tree: Tree | undefined; readonly faults: readonly Fault[] }
}

/** All of them reject with the system's error. */
export interface ManifestDisk {
  /** `-` is stdin. A RangeError when it is larger than that (10 when not given), or not UTF-8. */
  readManifestFile(path: string, maxMib?: number): Promise<string>
  /** The manifests in a directory, sorted; undefined when it is none. Links are followed to files only. */
  listManifests(path: string, recursive: boolean): Promise<readonly string[] | undefined>
  /** All or nothing; a file that is there keeps its mode and owner, a link what it points to. A device or pipe is written to. */
  replaceFile(path: string, text: string): Promise<void>
  /** With its parents; one that is there is fine. */
  makeDirectory(path: string): Promise<void>
  /** Follows links. */
  isRegularFile(path: string): Promise<boolean>
}

export interface ManifestPorts {
  readonly yaml: ManifestYaml
  readonly disk: ManifestDisk
  readonly terminal: {
    /** To stdout. Rejects with the system's error. */
    write(text: string): Promise<void>
    complain(line: string): void
    readonly coloured: boolean
  }
  /** A unified diff; undefined when there is no difference. */
  readonly diff: (name: string, before: string, after: string) => Promise<string | undefined>
  /** Gives memory back that is not needed any more, where the engine can be told to. */
  readonly tidy?: () => void
}

export interface InjectPorts extends ManifestPorts {
  readonly findCommands: (wanted: readonly CommandWanted[]) => Promise<readonly CommandFound[]>
}
