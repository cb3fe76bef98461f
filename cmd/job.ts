/** Jobs of the executable other than running a command, chosen by the first word or the flags: loaded only on demand. */
import type { Signals } from '../src/child/signals.io.ts'
import { isTektonMode } from '../src/tekton/mode.ts'
import type { Files } from '../src/base/files.ts'
import { WAIT_WORDS } from '../src/wait/wait-words.ts'
import { suggest } from '../src/base/suggest.ts'

/** @returns the exit code, or one sentence on a fault of the words; undefined when they name no such job */
export async function doJob(
  argv: readonly string[],
  signals: Signals,
  files: Files,
): Promise<number | string | undefined> {
  const [first = '', ...words] = argv
  if (first === 'probe') return (await import('./probe.ts')).probe(words, files)
  if (first === 'pre-stop') {
    // An interrupted job has nothing to clean up.
    signals.release()
    return (await import('./pre-stop.ts')).preStop(words, files)
  }
  if (first === 'install') return (await import('./install.ts')).install(words)
  if (WAIT_WORDS.includes(first)) return (await import('./wait.ts')).wait(argv, signals, files)
  if (isTektonMode(argv, (name) => process.env[name] !== undefined)) {
    return (await import('./tekton.ts')).startTekton(argv, signals)
  }
  const near = suggest(first, ['install', 'probe', 'pre-stop', ...WAIT_WORDS])
  return near === undefined ? undefined : `put -- before the command: -- ${first} …; did you mean ${near}?`
}
