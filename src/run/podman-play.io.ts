/** Calling podman. */
import { execa } from 'execa'
import { codeOf } from '../base/system-error.ts'
import { findProblem } from './podman-problem.ts'

export interface PodmanOptions {
  readonly input?: string
  /** Ends the call before it is done. */
  readonly cancel?: AbortSignal
  /** Below TMPDIR, for what podman leaves there when it is ended before it is done. */
  readonly temporary?: string
}

export interface PodmanAnswer {
  readonly stdout: string
  /** What went wrong, in one line; undefined when it did what it was asked for. */
  readonly problem: string | undefined
  /** There is no podman in PATH. */
  readonly missing: boolean
}

/** Never rejects. */
export async function callPodman(
  words: readonly string[],
  { input, cancel, temporary }: PodmanOptions = {},
): Promise<PodmanAnswer> {
  const result = await execa('podman', words, {
    // A session of its own: Ctrl-C on the terminal is for the runner, who must still clear up.
    detached: true,
    // conmon leaves an empty file `oom` where podman was called, when the kernel kills a container over its memory.
    cwd: '/',
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    ...(cancel === undefined ? {} : { cancelSignal: cancel }),
    // Without TMPDIR podman unpacks layers in /var/tmp, which has more room than where we are.
    ...(temporary === undefined || process.env['TMPDIR'] === undefined ? {} : { env: { TMPDIR: temporary } }),
  })
  if (!result.failed) return { stdout: result.stdout, problem: undefined, missing: false }
  const problem = findProblem(result.stderr ?? '') || (result.shortMessage ?? 'it failed without a word')
  return { stdout: result.stdout ?? '', problem, missing: codeOf(result.cause) === 'ENOENT' }
}
