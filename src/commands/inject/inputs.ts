/** The manifests that a command is given: files, directories and stdin, read. */
import type { ManifestDisk } from './ports.ts'

export interface Input {
  readonly path: string
  /** What faults name. */
  readonly file: string
  readonly text: string
}

export interface InputPorts {
  readonly disk: ManifestDisk
  readonly describeError: (error: unknown) => string
}

/** A file of ten thousand pods, rewritten, is one that can be restored. */
const MAX_MIB = 32

/** All of them, or everything that is wrong, one line each. */
export async function readInputs(
  paths: readonly string[],
  recursive: boolean,
  { disk, describeError }: InputPorts,
): Promise<readonly Input[] | { readonly problems: readonly string[] }> {
  const problems: string[] = []
  const inputs: Input[] = []
  const read = async (path: string): Promise<void> => {
    const file = path === '-' ? 'stdin' : path
    try {
      inputs.push({ path, file, text: await disk.readManifestFile(path, MAX_MIB) })
    } catch (error) {
      problems.push(`${file}: ${describeError(error)}; ${advise(error)}`)
    }
  }
  for (const path of new Set(paths)) {
    const within = path === '-' ? undefined : await disk.listManifests(path, recursive).catch(() => undefined)
    if (within === undefined) await read(path)
    else if (within.length > 0) for (const inner of within) await read(inner)
    else
      problems.push(
        `${path}: no .yaml, .yml or .json file is in it${recursive ? '' : '; -R looks in its directories too'}`,
      )
  }
  return problems.length > 0 ? { problems } : inputs
}

function advise(error: unknown): string {
  if (!(error instanceof RangeError)) return 'give a manifest, a directory of them, or - for stdin'
  return error.message.endsWith('UTF-8') ? 'save it as UTF-8' : 'split it'
}
