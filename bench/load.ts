/** A machine that is busy with other work: a process for each processor, which does nothing else than to use it. */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** @returns what `work` gives; the load ends with it */
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
