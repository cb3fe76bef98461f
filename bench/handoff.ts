/** Measures the hand-off: the time from the rename of the flag to the first instruction of the command that waits for it. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Candidate } from './candidates.ts'
import { msBetween, readClock } from './clock.ts'
import { type Bench, type Figure, OURS, setBar, summarize } from './figure.ts'
import { endProcess, startProcess, waitUntilIdle } from './processes.ts'
import { median, percentile } from './statistics.ts'

const RUNS = 300
/** The number of runs of programs that poll. It is low since each takes seconds, so their p99 is the longest run. */
const POLLING_RUNS = 20

export async function measureHandoff({ candidates, stamp, directory }: Bench): Promise<readonly Figure[]> {
  if (stamp === undefined) return []
  const waiters = candidates.flatMap(({ wait, ...rest }) => (wait === undefined ? [] : [{ ...rest, wait }]))
  const samples = new Map<string, number[]>(waiters.map(({ name }) => [name, []]))
  for (let run = 0; run < RUNS; run++) {
    for (const waiter of waiters) {
      const every = waiter.pollMs === undefined ? 1 : RUNS / POLLING_RUNS
      if (run % every !== 0) continue
      samples.get(waiter.name)?.push(await timeHandoff(waiter, stamp, directory, run / RUNS))
    }
  }
  const p50 = summarize(samples, median)
  const p99 = summarize(samples, (values) => percentile(values, 99))
  return [
    {
      name: 'hand-off, p50',
      unit: 'ms',
      values: p50,
      bars: [setBar('<= 2 x floor', p50[OURS], 2 * (p50['floor'] ?? Number.NaN))],
    },
    { name: 'hand-off, p99', unit: 'ms', values: p99, bars: [setBar('<= 5 ms', p99[OURS], 5)] },
  ]
}

/**
 * Measures one hand-off.
 * @param phase the time of the flag between two looks of a polling waiter, from 0 to 1. All waiters settle the same time after their
 * start, so without a phase the flag would always come at the same point.
 * @returns the time in ms
 */
async function timeHandoff(
  { wait, pollMs }: Candidate & Required<Pick<Candidate, 'wait'>>,
  stamp: string,
  directory: string,
  phase: number,
): Promise<number> {
  // The flag is written in another directory, so that the waiter sees only the rename.
  const aside = `${directory}/aside`
  const gate = `${directory}/gate`
  const flag = `${gate}/flag`
  writeFileSync(aside, 'x\n')
  mkdirSync(gate)
  const waiter = await startProcess(wait(flag, [stamp]), { stdout: 'pipe' })
  try {
    await waitUntilIdle(waiter.pid, { watching: pollMs === undefined })
    if (pollMs !== undefined) await delay(phase * pollMs)
    const renamed = readClock()
    renameSync(aside, flag)
    const { code, stdout } = await waiter.ended
    if (code !== 0) throw new Error(`the waiter ${waiter.pid} ended with ${code}`)
    return msBetween(renamed, BigInt(stdout.trim()))
  } finally {
    await endProcess(waiter)
    rmSync(gate, { recursive: true })
  }
}
