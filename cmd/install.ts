/** `entrypoint install`. */
import * as disk from '../src/adapters/placement.ts'
import { runInstall } from '../src/commands/install.ts'
import { describeSystemError } from '../src/core/entrypoint/files.ts'

/** @returns the exit code. */
export function install(argv: readonly string[]): number {
  const { code, text } = runInstall(argv, {
    disk,
    executable: process.execPath,
    cwd: process.cwd(),
    uid: process.getuid?.(),
    clock: () => performance.now(),
    describeError: describeSystemError,
  })
  if (code === 0) process.stdout.write(`${text}\n`)
  else process.stderr.write(`entrypoint: ${text}\n`)
  return code
}
