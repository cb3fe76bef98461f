/** Calls podman. */
import { execa } from 'execa'
import { codeOf } from '../base/system-error.ts'
import { findProblem } from './podman-problem.ts'

export interface PodmanOptions {
  readonly input?: string
  /** Cancels the call. */
  readonly cancel?: AbortSignal
  /** A directory for the temporary files of podman, which leaves them behind when it is killed. */
  readonly temporary?: string
}

export interface PodmanAnswer {
  readonly stdout: string
  /** The error in one line; undefined after a success. */
  readonly problem: string | undefined
  /** Whether there is no podman in PATH. */
  readonly missing: boolean
}

/** Never rejects. */
export async function callPodman(
  words: readonly string[],
  { input, cancel, temporary }: PodmanOptions = {},
): Promise<PodmanAnswer> {
  const result = await execa('podman', words, {
    // In its own session podman does not get Ctrl-C from the terminal. The runner does, and still needs podman to clean up.
    detached: true,
    // conmon creates an empty file `oom` in the working directory of podman when the kernel kills a container for its memory.
    cwd: '/',
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    ...(cancel === undefined ? {} : { cancelSignal: cancel }),
    // Without TMPDIR podman unpacks layers in /var/tmp, which usually has more room than the runner's directory.
    ...(temporary === undefined || process.env['TMPDIR'] === undefined ? {} : { env: { TMPDIR: temporary } }),
  })
  if (!result.failed) return { stdout: result.stdout, problem: undefined, missing: false }
  const problem = findProblem(result.stderr ?? '') || (result.shortMessage ?? 'it failed without a message')
  return { stdout: result.stdout ?? '', problem, missing: codeOf(result.cause) === 'ENOENT' }
}
