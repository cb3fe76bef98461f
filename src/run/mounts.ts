/**
 * Mounts for a process without a mount namespace: paths in its command and variables are replaced by the local directories of its
 * volumes. Pure.
 */
import type { VolumeMount } from '../pod/pod.ts'

/**
 * Characters directly before a path: separators of words, and `@` (`curl -d @/data/body`). `}` and `)` are not among them, since
 * `${base}/data` is another path. `://` counts only if no host follows it.
 */
const BEFORE = String.raw`(?<=^|[\s'"\x60:;,=|&<>(\[{@!]|://)`

/** Characters directly after a path. Any other character could be part of the file's name: `/data.old`, `/data*`, `/data$n`. */
const AFTER = String.raw`(?=$|[/\s'"\x60:;,=|&<>)\]}])`

/**
 * Creates a function that replaces all paths below the mounts in a text by local ones. Among nested mounts the innermost counts, as in
 * the kernel. A replaced path is not replaced again, since its local directory may contain the path of another mount. For this reason
 * callers expand references (`$(NAME)`) first and relocate each word once.
 * @param directories each volume's local directory, as an absolute path; a `subPath` is relative to it
 * @returns a function for a word of a command, a working directory, or the value of a variable
 */
export function createRelocation(
  mounts: readonly VolumeMount[],
  directories: ReadonlyMap<string, string>,
): (text: string) => string {
  if (mounts.length === 0) return (text) => text
  const places = new Map(mounts.map((mount) => [normalize(mount.mountPath), locate(mount, directories)]))
  const longestFirst = [...places.keys()].toSorted((a, b) => b.length - a.length)
  const paths = new RegExp(`${BEFORE}(?:${longestFirst.map(escape).join('|')})${AFTER}`, 'g')
  return (text) => text.replace(paths, (path) => places.get(path) ?? path)
}

/** Adds a missing first slash, as the kubelet does. */
function normalize(mountPath: string): string {
  return `/${mountPath.replace(/^\/+|\/+$/g, '')}`
}

/** Escapes a text for a regular expression. The oldest supported Node has no `RegExp.escape`. */
function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

function locate({ name, subPath = '' }: VolumeMount, directories: ReadonlyMap<string, string>): string {
  const directory = directories.get(name)
  if (directory === undefined) throw new Error(`volume ${name} has no directory`)
  return subPath === '' ? directory : `${directory}/${subPath}`
}
