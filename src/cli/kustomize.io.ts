/** Directories of kustomize, built by kubectl or by kustomize itself. */
import { execFile } from 'node:child_process'
import { KUSTOMIZED } from './kustomized.ts'

const MAX_BYTES = 32 * 1024 * 1024
const BUILDERS: readonly (readonly [string, ...string[]])[] = [
  ['kubectl', 'kustomize'],
  ['kustomize', 'build'],
]

/** Wraps a disk so that reading `kustomize:DIR` returns the manifest built from DIR. */
export function withKustomize<
  Disk extends {
    readonly readManifestFile: (path: string, maxMib?: number) => Promise<string>
    readonly listManifests: (path: string, recursive: boolean) => Promise<readonly string[] | undefined>
  },
>(disk: Disk): Disk {
  return {
    ...disk,
    readManifestFile: (path, maxMib) =>
      path.startsWith(KUSTOMIZED) ? build(path.slice(KUSTOMIZED.length)) : disk.readManifestFile(path, maxMib),
    listManifests: (path, recursive) =>
      path.startsWith(KUSTOMIZED) ? Promise.resolve(undefined) : disk.listManifests(path, recursive),
  }
}

/** @throws an Error with the builder's message in one line */
async function build(directory: string): Promise<string> {
  for (const [program, ...words] of BUILDERS) {
    const built = await call(program, [...words, directory])
    if (built !== undefined) return built
  }
  throw new Error('neither kubectl nor kustomize is there to build it')
}

/** @returns undefined when the program does not exist */
function call(program: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(program, words, { maxBuffer: MAX_BYTES }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else if (error.code === 'ENOENT') resolve(undefined)
      else reject(new Error(stderr.trim().replaceAll(/\s*\n\s*/g, '; ') || error.message))
    })
  })
}
