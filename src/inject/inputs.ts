/** The manifests that a command is given: files, directories and stdin, read. */
import type { TemplateKind } from '../manifest/template-kinds.ts'
import { KUSTOMIZED } from '../cli/kustomized.ts'
import { describeError } from '../base/system-error.ts'
import type { ManifestDisk } from './ports.ts'

export interface Input {
  readonly path: string
  /** The name in faults. */
  readonly file: string
  readonly text: string
  /** How many lines of the file precede the text, when the text is a part of the file. */
  readonly line?: number
  /** True for a file of a directory with other files: it may have nothing for podorder. */
  readonly found?: boolean
}

/** The manifests and pods that a command works on. */
export interface WantedManifests {
  /** Files, directories, or `-` for stdin. */
  readonly paths: readonly string[]
  readonly recursive: boolean
  /** `KIND/NAME` or `NAME` of the pods; empty = all. */
  readonly only: readonly string[]
  /** Further kinds with pod templates. */
  readonly templates?: readonly TemplateKind[]
}

export interface InputPorts {
  readonly disk: Pick<ManifestDisk, 'readManifestFile' | 'listManifests'>
}

/** Large enough that a rewritten file of ten thousand pods can be restored. */
const MAX_MIB = 32

/**
 * @returns all manifests, or one line for each fault
 * @param recursive undefined: the command has no such option
 */
export async function readInputs(
  paths: readonly string[],
  recursive: boolean | undefined,
  { disk }: InputPorts,
): Promise<readonly Input[] | { readonly problems: readonly string[] }> {
  if (paths.filter((path) => path === '-').length > 1)
    return { problems: ['podorder: stdin can be read once only; give - once'] }
  const problems: string[] = []
  const inputs: Input[] = []
  const read = async (path: string, found = false): Promise<void> => {
    const file = path === '-' ? 'stdin' : path
    try {
      inputs.push({ path, file, text: await disk.readManifestFile(path, MAX_MIB), ...(found ? { found } : {}) })
    } catch (error) {
      problems.push(`${file}: ${describeError(error)}; ${advise(error, path)}`)
    }
  }
  const list = async (path: string): Promise<void> => {
    const within = path === '-' ? undefined : await disk.listManifests(path, recursive ?? false)
    if (within === undefined) await read(path)
    else if (within.length > 0) for (const inner of within) await read(inner, within.length > 1)
    else {
      const hint = recursive === false ? '; -R looks in its directories too' : ''
      problems.push(`${path}: no .yaml, .yml or .json file is in it${hint}`)
    }
  }
  for (const path of new Set(paths)) {
    await list(path).catch((error: unknown) => {
      problems.push(`${pathOf(error) ?? path}: ${describeError(error)}; make it readable, or name the files`)
    })
  }
  return problems.length > 0 ? { problems } : inputs
}

function advise(error: unknown, path: string): string {
  if (path.startsWith(KUSTOMIZED)) return 'give the directory of a kustomization that kubectl can build'
  if (!(error instanceof RangeError)) return 'give a manifest, a directory of them, or - for stdin'
  return error.message.endsWith('UTF-8') ? 'save it as UTF-8' : 'split it'
}

/** The path of the file or directory that a system's error is about. */
function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined
}
