/** What a step has written for others: it may be anything, and must not stop the step that reads it. */
import type { Files } from '../base/files.ts'

/** More than any result, script or secret: a pod's whole manifest is not larger. */
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
