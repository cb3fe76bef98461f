/** Measures the memory of a wrapper while it waits and while its command runs. After `--exec` no wrapper must be left. */
import { realpathSync } from 'node:fs'
import { type Candidate, execArgv } from './candidates.ts'
import { type Bench, type Figure, OURS, setBar, summarize } from './figure.ts'
import { listDescendants, type Memory, readMemory, readProgram } from './proc.ts'
import { endProcess, type Process, startProcess, waitUntil, waitUntilIdle } from './processes.ts'
import { median } from './statistics.ts'
import { ENTRYPOINT, requireProgram } from './tools.ts'

const ROUNDS = 7

type Samples = Map<string, Memory[]>

export async function measureMemory({ candidates, directory }: Bench): Promise<readonly Figure[]> {
  const sleep: [string, string] = [requireProgram('sleep'), '600']
  const waiting: Samples = new Map()
  const commanding: Samples = new Map()
  const left: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (const candidate of candidates) {
      if (candidate.wait !== undefined) {
        const wrapper = await startProcess(candidate.wait(`${directory}/never`, sleep))
        add(waiting, candidate.name, await readWaiting(wrapper, candidate))
      }
      if (candidate.run !== undefined && candidate.name !== 'bare') {
        const wrapper = await startProcess(candidate.run(sleep))
        add(commanding, candidate.name, await readCommanding(wrapper, sleep[0]))
      }
    }
    left.push(await countLeft(sleep))
  }
  return [
    figureOf('waiting, anonymous', waiting, 'anonymous', 3.8),
    figureOf('waiting, PSS', waiting, 'pss'),
    figureOf('command running, anonymous', commanding, 'anonymous', 2.4),
    figureOf('command running, PSS', commanding, 'pss'),
    figureOf('command running, peak RSS', commanding, 'peak'),
    {
      name: 'processes of ours after --exec, most',
      unit: '',
      values: { [OURS]: Math.max(...left) },
      bars: [setBar('none', Math.max(...left), 0)],
    },
  ]
}

/** Measures a waiting wrapper with its helper processes, such as the `sleep` of the shell loop. */
async function readWaiting(wrapper: Process, { pollMs }: Candidate): Promise<Memory> {
  await waitUntilIdle(wrapper.pid, { watching: pollMs === undefined })
  const parts = [wrapper.pid, ...listDescendants(wrapper.pid)].map(readMemory)
  await endProcess(wrapper)
  return parts.reduce((whole, part) => ({
    anonymous: whole.anonymous + part.anonymous,
    pss: whole.pss + part.pss,
    peak: whole.peak + part.peak,
  }))
}

/** Measures the wrapper without its command. */
async function readCommanding(wrapper: Process, command: string): Promise<Memory> {
  await waitUntil(`process ${wrapper.pid} was to start ${command} and`, () =>
    listDescendants(wrapper.pid).some((pid) => runs(pid, command)),
  )
  await waitUntilIdle(wrapper.pid, { watching: false })
  const memory = readMemory(wrapper.pid)
  await endProcess(wrapper)
  return memory
}

/** Counts processes other than the command. The process of entrypoint itself must run the command's file. */
async function countLeft(command: readonly [string, ...string[]]): Promise<number> {
  const started = await startProcess(execArgv(ENTRYPOINT, command))
  await waitUntil(`process ${started.pid} was to become ${command[0]} and`, () => runs(started.pid, command[0]))
  await waitUntilIdle(started.pid, { watching: false })
  const others = [started.pid, ...listDescendants(started.pid)].filter((pid) => !runs(pid, command[0]))
  await endProcess(started)
  return others.length
}

function runs(pid: number, program: string): boolean {
  return readProgram(pid) === realpathSync(program)
}

function add(samples: Samples, name: string, memory: Memory): void {
  samples.set(name, [...(samples.get(name) ?? []), memory])
}

function figureOf(name: string, samples: Samples, part: keyof Memory, limit?: number): Figure {
  const parts = new Map([...samples].map(([candidate, memories]) => [candidate, memories.map((each) => each[part])]))
  const values = summarize(parts, median)
  return {
    name,
    unit: 'MiB',
    values,
    bars: limit === undefined ? [] : [setBar(`<= ${limit} MiB`, values[OURS], limit)],
  }
}
