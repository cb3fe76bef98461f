/**
 * Mounts for a process without a mount namespace: paths in its words are changed to the local directories of its volumes. Pure.
 */
import type { VolumeMount } from '../pod/pod.ts'

/**
 * Characters directly before a path: separators of words, and `@` (`curl -d @/data/body`). Not `}` and `)`, since `${base}/data` is
 * another path; `://` only without a host behind it.
 */
const BEFORE = String.raw`(?<=^|[\s'"\x60:;,=|&<>(\[{@!]|://)`

/** Characters directly after a path. Any other could continue the file's name: `/data.old`, `/data*`, `/data$n`. */
const AFTER = String.raw`(?=$|[/\s'"\x60:;,=|&<>)\]}])`

/**
 * Prepares to change paths below the mounts, wherever they stand in a text, to the local ones. Of nested mounts the innermost
 * counts, as for the kernel. A text that was put in is not looked at again: one mount may lie below another's directory.
 * So references (`$(NAME)`) come first, and each word is relocated once.
 * @param directories each volume's local directory, an absolute path; `subPath` is below it
 * @returns takes a word of a command, a working directory, or the value of a variable
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

/** The kubelet takes a mountPath without its first slash too. */
function normalize(mountPath: string): string {
  return `/${mountPath.replace(/^\/+|\/+$/g, '')}`
}

/** `RegExp.escape` is younger than the oldest Node that is supported. */
function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

function locate({ name, subPath = '' }: VolumeMount, directories: ReadonlyMap<string, string>): string {
  const directory = directories.get(name)
  if (directory === undefined) throw new Error(`volume ${name} has no directory`)
  return subPath === '' ? directory : `${directory}/${subPath}`
}
