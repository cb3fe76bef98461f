/** `entrypoint probe`: run by the kubelet every other second while a container waits. */
import { runProbe } from '../src/entrypoint/gate-probe.ts'
import type { Files } from '../src/base/files.ts'

/** @returns the exit code, or one sentence on a misuse */
export async function probe(argv: readonly string[], files: Files): Promise<number | string> {
  const { code, text, ask } = runProbe(argv, { files })
  if (code === 2) return text
  if (ask === undefined) return say(code, text, files)
  const { askProbe } = await import('./ask-probe.ts')
  const answer = await askProbe(ask)
  return 'problem' in answer ? answer.problem : say(answer.ok ? 0 : 1, answer.ok ? '' : answer.why, files)
}

function say(code: number, text: string, files: Files): number {
  try {
    // process.stdout would double the cost of the probe.
    if (text !== '') files.send(1, `${text}\n`)
  } catch {
    // Nothing can be printed; the exit code reports the fault.
  }
  return code
}
