/** Measures the start-up: the time of `true` through each wrapper. */
import { spawnSync } from 'node:child_process'
import { msBetween, readClock } from './clock.ts'
import { type Bench, type Figure, OURS, setBar, summarize } from './figure.ts'
import { median } from './statistics.ts'
import { requireProgram } from './tools.ts'

const WARM_UP = 5
const RUNS = 300

export function measureStartup({ candidates }: Bench): readonly Figure[] {
  const command: [string] = [requireProgram('true')]
  const runners = candidates.flatMap(({ name, run }) => (run === undefined ? [] : [{ name, run }]))
  const samples = new Map<string, number[]>(runners.map(({ name }) => [name, []]))
  for (let round = -WARM_UP; round < RUNS; round++) {
    // The candidates run in turn, so that load of the machine affects all of them.
    for (const { name, run } of runners) {
      const ms = timeRun(run(command))
      if (round >= 0) samples.get(name)?.push(ms)
    }
  }
  const values = summarize(samples, median)
  const { bare = Number.NaN, tekton } = values
  const bars = [setBar('<= bare + 5.5 ms', values[OURS], bare + 5.5)]
  if (tekton !== undefined) bars.push(setBar('<= 0.5 x tekton', values[OURS], 0.5 * tekton))
  return [{ name: 'start-up of true', unit: 'ms', values, bars }]
}

function timeRun([program, ...args]: readonly [string, ...string[]]): number {
  const begin = readClock()
  const { status } = spawnSync(program, args, { stdio: 'ignore' })
  const ms = msBetween(begin, readClock())
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${status}`)
  return ms
}
