/** Hand-off: from the flag's being renamed into place to the first instruction of the command that waited for it. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Candidate } from './candidates.ts'
import { msBetween, readClock } from './clock.ts'
import { type Bench, type Figure, OURS, setBar, summarize } from './figure.ts'
import { endProcess, startProcess, waitUntilIdle } from './processes.ts'
import { median, percentile } from './statistics.ts'

const RUNS = 300
/** Programs that poll need seconds for each run, so they get few runs; their p99 is the longest. */
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
 * @param phase 0 to 1: where between two looks of a polling waiter the flag comes. All of them settle equally long after
 * their start, so that without it they would all be caught at the same point.
 * @returns ms.
 */
async function timeHandoff(
  { wait, pollMs }: Candidate & Required<Pick<Candidate, 'wait'>>,
  stamp: string,
  directory: string,
  phase: number,
): Promise<number> {
  // Written in another directory, so that the waiter sees the rename and nothing else.
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
