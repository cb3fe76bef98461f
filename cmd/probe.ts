/** `entrypoint probe`: executed by the kubelet every other second for as long as a container waits. */
import { runProbe } from '../src/entrypoint/gate-probe.ts'
import type { Files } from '../src/base/files.ts'

/** @returns the exit code, or one sentence on a misuse. */
export function probe(argv: readonly string[], files: Files): number | string {
  const { code, text } = runProbe(argv, { files })
  if (code === 2) return text
  try {
    // process.stdout would cost as much again as all the rest.
    if (text !== '') files.send(1, `${text}\n`)
  } catch {
    // There is nobody to tell; the exit code does.
  }
  return code
}
