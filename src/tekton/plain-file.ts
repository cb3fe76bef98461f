/** Reads a file that another step has written. It may be anything, and must not block the step that reads it. */
import type { Files } from '../base/files.ts'

/** The limit of a result, a script or a secret. */
const LONGEST = 1024 * 1024

/** As the file has it; Tekton follows links. @throws the system's error, or one in words where it is no file of such a size */
export function readPlainText(path: string, files: Pick<Files, 'find' | 'readPlain'>): string {
  const content = files.readPlain(path, LONGEST + 1, 'followed')
  if (content === undefined) {
    throw new Error(files.find(path)?.isDirectory === true ? 'it is a directory' : 'it is not a regular file')
  }
  if (content.length > LONGEST) throw new Error('it has more than 1 MiB')
  return content.toString()
}
