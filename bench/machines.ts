/** Measures the memory of a wrapper on nodes with different numbers of CPUs, after a minute, and while it measures readiness. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { readMemory, readThreads } from './proc.ts'
import { endProcess, startProcess, waitUntilIdle } from './processes.ts'
import { median } from './statistics.ts'
import { requireProgram } from './tools.ts'

type Argv = readonly [string, ...string[]]

const ROUNDS = 5
/** The nodes, with the promised memory of a wrapper in MiB. */
const NODES = [
  { cpus: 2, waiting: 3.8, running: 2.4 },
  { cpus: 8, waiting: 4, running: 2.5 },
  { cpus: 64, waiting: 4, running: 2.5 },
] as const
const PROBING_LIMIT = 5
const PROBING_MS = { short: 20_000, long: 180_000 }
const MINUTE_MS = 75_000

export async function measureMachines({ entrypoint, cpus, directory, long }: Bench): Promise<readonly Figure[]> {
  const sleep = [requireProgram('sleep'), '600']
  const wait: Argv = [entrypoint, '--quiet', '--wait-file', `${directory}/never`, '--', ...sleep]
  const run: Argv = [entrypoint, '--quiet', '--', ...sleep]
  const figures: Figure[] = []
  for (const node of cpus === undefined ? [] : NODES) {
    const on = ([program, ...args]: Argv): Argv => [
      requireProgram('env'),
      ...[`LD_PRELOAD=${cpus}`, `FAKE_CPUS=${node.cpus}`, program, ...args],
    ]
    const waiting = await measure(on(wait), true)
    const running = await measure(on(run), false)
    figures.push(
      figureOf(`waiting on ${node.cpus} CPUs, anonymous`, waiting.anonymous, node.waiting),
      { name: `waiting on ${node.cpus} CPUs, threads`, unit: '', values: { [OURS]: waiting.threads }, bars: [] },
      figureOf(`running on ${node.cpus} CPUs, anonymous`, running.anonymous, node.running),
    )
  }
  if (long) figures.push(figureOf('waiting for 75 s, anonymous', await measureAfter(wait, MINUTE_MS), undefined))
  const ms = long ? PROBING_MS.long : PROBING_MS.short
  const probing: Argv = [entrypoint, '--quiet', '--ready-tcp=127.0.0.1:1', '--', ...sleep]
  figures.push(
    figureOf(
      `measuring readiness, highest of ${ms / 1000} s, anonymous`,
      await measureHighest(probing, ms),
      PROBING_LIMIT,
    ),
  )
  return figures
}

function figureOf(name: string, value: number, limit: number | undefined): Figure {
  const bars = limit === undefined ? [] : [setBar(`<= ${limit} MiB`, value, limit)]
  return { name, unit: 'MiB', values: { [OURS]: value }, bars }
}

async function measure(
  argv: Argv,
  watching: boolean,
): Promise<{ readonly anonymous: number; readonly threads: number }> {
  const anonymous: number[] = []
  let threads = 0
  for (let round = 0; round < ROUNDS; round++) {
    const wrapper = await startProcess(argv)
    // A wrapper that does not wait has no watch to look for. Its setup is complete when its command runs, for which 300 ms are enough.
    if (!watching) await delay(300)
    await waitUntilIdle(wrapper.pid, { watching })
    anonymous.push(readMemory(wrapper.pid).anonymous)
    threads = Math.max(threads, readThreads(wrapper.pid).length)
    await endProcess(wrapper)
  }
  return { anonymous: median(anonymous), threads }
}

async function measureAfter(argv: Argv, ms: number): Promise<number> {
  const wrapper = await startProcess(argv)
  await delay(ms)
  const { anonymous } = readMemory(wrapper.pid)
  await endProcess(wrapper)
  return anonymous
}

async function measureHighest(argv: Argv, ms: number): Promise<number> {
  const wrapper = await startProcess(argv)
  let highest = 0
  for (const end = performance.now() + ms; performance.now() < end;) {
    await delay(250)
    highest = Math.max(highest, readMemory(wrapper.pid).anonymous)
  }
  await endProcess(wrapper)
  return highest
}
