/** Reads a file that another step has written. It may be of any type and size, and must not block the step that reads it. */
import type { Files } from '../base/files.ts'

/** The size limit of a result, a script or a secret, in bytes. */
const LONGEST = 1024 * 1024

/** Reads a regular file of up to 1 MiB. Links are followed, as in Tekton. @throws the system's error, or an error with a clause */
export function readPlainText(path: string, files: Pick<Files, 'find' | 'readPlain'>): string {
  const content = files.readPlain(path, LONGEST + 1, 'followed')
  if (content === undefined) {
    throw new Error(files.find(path)?.isDirectory === true ? 'it is a directory' : 'it is not a regular file')
  }
  if (content.length > LONGEST) throw new Error('it has more than 1 MiB')
  return content.toString()
}
