/** `entrypoint probe`: executed by the kubelet every other second for as long as a container waits. */
import { runProbe } from '../src/entrypoint/gate-probe.ts'
import type { Files } from '../src/base/files.ts'

/** @returns the exit code, or one sentence on a misuse. */
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
    // process.stdout would cost as much again as all the rest.
    if (text !== '') files.send(1, `${text}\n`)
  } catch {
    // There is nobody to tell; the exit code does.
  }
  return code
}
