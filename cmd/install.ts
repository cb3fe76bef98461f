/** `entrypoint install`. */
import { escapeControls } from '../src/base/escape.ts'
import * as disk from '../src/install/placement.io.ts'
import { runInstall } from '../src/install/install.ts'

/** @returns the exit code */
export function install(argv: readonly string[]): number {
  const { code, text } = runInstall(argv, {
    disk,
    executable: process.execPath,
    cwd: process.cwd(),
    uid: process.getuid?.(),
    clock: () => performance.now(),
  })
  if (code === 0) process.stdout.write(`${text}\n`)
  else process.stderr.write(`entrypoint: ${escapeControls(text)}\n`)
  return code
}
