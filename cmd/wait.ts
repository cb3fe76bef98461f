/** `entrypoint wait …` and the words of k8s-wait-for: loaded only on demand. */
import { createLog } from '../src/base/log.io.ts'
import type { Signals } from '../src/child/signals.io.ts'
import { runWait } from '../src/wait/wait.ts'
import type { Files } from '../src/base/files.ts'
import { openTools } from './waiting.ts'

/** @param argv with the first word. @returns the exit code */
export function wait(argv: readonly string[], signals: Signals, files: Files): Promise<number> {
  return runWait(argv, {
    ...openTools(files),
    signals,
    env: process.env,
    print: (text) => void process.stdout.write(text),
    createLog: (options) => createLog(files, { ...options, name: undefined }),
  })
}
