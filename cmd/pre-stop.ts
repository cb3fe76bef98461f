/** `entrypoint pre-stop`: run by the kubelet when the container is to stop. */
import { drawWord } from '../src/base/draw.io.ts'
import { createLog } from '../src/base/log.io.ts'
import { readUptime } from '../src/base/uptime.ts'
import { performHook } from '../src/entrypoint/hook-run.ts'
import { readPreStop, runPreStop } from '../src/entrypoint/pre-stop.ts'
import { holdLifeline, serveAlive } from '../src/flags/alive.io.ts'
import { createFlagFiles } from '../src/flags/flag-files.ts'
import { watchPaths } from '../src/flags/watch.io.ts'
import type { Files } from '../src/base/files.ts'
import { PLATFORM_COMMANDS } from '../src/image/platform-commands.ts'
import { createProber } from '../src/probe/prober.io.ts'

/** @returns the exit code, or one sentence on a misuse */
export async function preStop(argv: readonly string[], files: Files): Promise<number | string> {
  const reading = readPreStop(argv)
  if ('problem' in reading) return reading.problem
  const { plan } = reading
  // The hook gets the container's own environment.
  delete process.env[PLATFORM_COMMANDS]
  const log = createLog(files, { format: 'text', quiet: true, name: undefined })
  const prober = createProber()
  const problem = await runPreStop(plan, {
    flags: createFlagFiles(files, drawWord),
    lifelines: {
      serve: (dir) => serveAlive(dir, files, drawWord, undefined),
      hold: (dir, onChange) => holdLifeline(dir, files, onChange),
    },
    watchPaths,
    log,
    now: () => new Date(),
    uptimeMs: () => readUptime(files) ?? Date.now(),
    perform: (hook) => performHook(hook, { prober }),
  })
  if (problem === undefined) return 0
  try {
    files.send(2, `${problem}\n`)
  } catch {
    // Nothing can be printed; the exit code reports the fault.
  }
  return 1
}
