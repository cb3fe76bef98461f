/** Makes the machine busy: runs a process for each processor that uses it completely. */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** @returns the result of `work`. The load ends with it. */
export async function underLoad<Result>(work: () => Promise<Result>): Promise<Result> {
  const busy = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  )
  const end = (): void => {
    for (const one of busy) one.kill('SIGKILL')
  }
  process.on('exit', end)
  try {
    return await work()
  } finally {
    end()
    process.off('exit', end)
  }
}
