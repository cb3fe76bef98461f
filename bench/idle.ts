/** Measures a hundred waiting wrappers: their memory and CPU while nothing happens, and the time in which a flag releases all. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Candidate } from './candidates.ts'
import { msBetween, readClock } from './clock.ts'
import { type Bench, type Figure, OURS, setBar, summarize } from './figure.ts'
import { cpuSince, type Memory, readMemory, readThreads } from './proc.ts'
import { endProcess, type Process, startProcess, waitUntilIdle } from './processes.ts'
import { median, sum } from './statistics.ts'
import { requireProgram } from './tools.ts'

const WRAPPERS = 100
const RELEASES = 5
const SHORT = { settleMs: 5000, windowMs: 30_000 }
/** The times of the bar. It excludes the first 75 s, since a JavaScript engine does housekeeping for a while after its start. */
const LONG = { settleMs: 75_000, windowMs: 120_000 }

type Waiter = Candidate & Required<Pick<Candidate, 'wait'>>

interface Rest {
  readonly memory: readonly Memory[]
  /** The CPU time of a wrapper on average, in ms. */
  readonly cpuMs: number
}

export async function measureIdle({ candidates, directory, long }: Bench): Promise<readonly Figure[]> {
  const span = long ? LONG : SHORT
  const rests = new Map<string, Rest>()
  const releases = new Map<string, number[]>()
  for (const { wait, ...rest } of candidates) {
    // Nobody runs the floor and the shell loop in such numbers.
    if (wait === undefined || (rest.name !== OURS && rest.name !== 'tekton')) continue
    const crowd = await gather({ ...rest, wait }, directory)
    rests.set(rest.name, await watchRest(crowd, span))
    const times = [await release(crowd, directory)]
    while (times.length < RELEASES) times.push(await release(await gather({ ...rest, wait }, directory), directory))
    releases.set(rest.name, times)
  }

  const over = (reduce: (rest: Rest) => number) =>
    Object.fromEntries([...rests].map(([name, rest]) => [name, reduce(rest)]))
  const cpu = over(({ cpuMs }) => cpuMs)
  const released = summarize(releases, median)
  const crowd = `${WRAPPERS} waiting`
  return [
    {
      name: `${crowd}, anonymous each`,
      unit: 'MiB',
      values: over(({ memory }) => median(memory.map(({ anonymous }) => anonymous))),
      bars: [],
    },
    {
      name: `${crowd}, anonymous in all`,
      unit: 'MiB',
      values: over(({ memory }) => sum(memory.map(({ anonymous }) => anonymous))),
      bars: [],
    },
    {
      name: `${crowd}, PSS in all`,
      unit: 'MiB',
      values: over(({ memory }) => sum(memory.map(({ pss }) => pss))),
      bars: [],
    },
    {
      name: `${crowd}, CPU each in ${span.windowMs / 1000} s after ${span.settleMs / 1000} s`,
      unit: 'ms',
      values: cpu,
      bars: long ? [setBar('<= 3.3 ms', cpu[OURS], 3.3)] : [],
    },
    {
      name: `${crowd}, released by one flag and gone`,
      unit: 'ms',
      values: released,
      bars: [setBar('<= 250 ms', released[OURS], 250)],
    },
  ]
}

/** Starts all wrappers. Returns when each of them waits. */
async function gather({ wait, pollMs }: Waiter, directory: string): Promise<readonly Process[]> {
  mkdirSync(`${directory}/gate`)
  const command: [string] = [requireProgram('true')]
  const crowd = await Promise.all(
    Array.from({ length: WRAPPERS }, () => startProcess(wait(`${directory}/gate/flag`, command))),
  )
  for (const { pid } of crowd) await waitUntilIdle(pid, { watching: pollMs === undefined })
  return crowd
}

async function watchRest(crowd: readonly Process[], span: typeof SHORT): Promise<Rest> {
  await delay(span.settleMs)
  const memory = crowd.map(({ pid }) => readMemory(pid))
  const before = crowd.map(({ pid }) => readThreads(pid))
  await delay(span.windowMs)
  const used = crowd.map(({ pid }, index) => cpuSince(before[index] ?? [], readThreads(pid)))
  return { memory, cpuMs: sum(used) / used.length / 1e6 }
}

/** @returns the time in ms from the flag until every command has run and every wrapper has exited with its code */
async function release(crowd: readonly Process[], directory: string): Promise<number> {
  writeFileSync(`${directory}/aside`, 'x\n')
  try {
    const renamed = readClock()
    renameSync(`${directory}/aside`, `${directory}/gate/flag`)
    const ends = await Promise.all(crowd.map(({ ended }) => ended))
    const ms = msBetween(renamed, readClock())
    const failed = ends.filter(({ code }) => code !== 0).length
    if (failed > 0) throw new Error(`${failed} of ${WRAPPERS} wrappers did not end with their command's 0`)
    return ms
  } finally {
    await Promise.all(crowd.map(endProcess))
    rmSync(`${directory}/gate`, { recursive: true })
  }
}
