/** Measures the growth of CPU time: each command runs with input of the sizes n, 2n and 4n. The figure is the exponent. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import { writePods, writeServers, writeSteps } from '../test/support/manifest.ts'
import { writeCompose, writeHalves, writeHung, writeLong, writeRun } from './growth-input.ts'
import type { Bench, Figure } from './figure.ts'
import { OURS, setBar } from './figure.ts'
import { median } from './statistics.ts'
import { PODORDER } from './tools.ts'

const ROUNDS = 3
/** The highest exponent that is allowed. A linear command has 1, or less because of the constant cost of its start. */
const MOST = 1.2
const LIMIT_MS = 120_000

interface Growing {
  readonly name: string
  readonly from: number
  readonly write: (count: number) => string
  readonly args: (file: string, out: string) => readonly string[]
}

const COMMANDS: readonly Growing[] = [
  { name: 'inject, containers', from: 1000, write: writeSteps, args: (file) => ['inject', '-f', file] },
  { name: 'inject, documents', from: 2500, write: writePods, args: (file) => ['inject', '-f', file] },
  { name: 'import, compose services', from: 250, write: writeCompose, args: (file) => ['import', file] },
  { name: 'check, containers', from: 1000, write: writeServers, args: (file) => ['check', file] },
  { name: 'check, documents', from: 1000, write: writePods, args: (file) => ['check', file] },
  { name: 'graph as text', from: 500, write: writeServers, args: (file) => ['graph', file] },
  {
    name: 'graph as SVG, a chain',
    from: 100,
    write: writeServers,
    args: (file, out) => ['graph', file, '-o', `${out}.svg`],
  },
  {
    name: 'graph as SVG, each after the last and the first',
    from: 125,
    write: writeLong,
    args: (file, out) => ['graph', file, '-o', `${out}.svg`],
  },
  {
    name: 'graph as HTML, two edges each',
    from: 250,
    write: writeHalves,
    args: (file, out) => ['graph', file, '-o', `${out}.html`],
  },
  {
    name: 'explain, a pod that hangs',
    from: 500,
    write: writeHung,
    args: (file) => ['explain', file, '--now', '2026-03-01T12:10:00Z'],
  },
  { name: 'timeline as text', from: 500, write: writeRun, args: (file) => ['timeline', file] },
  {
    name: 'timeline as SVG',
    from: 500,
    write: writeRun,
    args: (file, out) => ['timeline', file, '-o', `${out}.svg`],
  },
  {
    name: 'timeline as HTML',
    from: 500,
    write: writeRun,
    args: (file, out) => ['timeline', file, '-o', `${out}.html`],
  },
]

export async function measureGrowth({ directory }: Bench): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const { name, from, write, args } of COMMANDS) {
    const runs: Run[] = []
    for (const count of [from, 2 * from, 4 * from]) {
      const file = join(directory, `${count}.yaml`)
      writeFileSync(file, write(count))
      runs.push(measure([PODORDER, ...args(file, file)]))
      // The bench can handle a signal here, between two synchronous runs.
      await immediate()
    }
    const [first, , last] = runs
    const exponent = Math.log((last?.cpuMs ?? 0) / (first?.cpuMs ?? 0)) / Math.log(4)
    figures.push(
      { name: `${name}, 4 x ${from}: CPU`, unit: 'ms', values: { [OURS]: last?.cpuMs ?? Number.NaN }, bars: [] },
      {
        name: `${name}: exponent of CPU from ${from} to ${4 * from}`,
        unit: '',
        values: { [OURS]: exponent },
        bars: [setBar(`<= ${MOST}`, exponent, MOST)],
      },
    )
  }
  return figures
}

interface Run {
  /**
   * The user and system time of the process, in ms. Load of the machine adds little to it. The peak RSS is not used, since the kernel
   * includes the bench's own in it.
   */
  readonly cpuMs: number
}

/** The part of Bun's API that returns the resource usage of a process. Only Bun runs the bench. */
interface BunSpawn {
  spawnSync(
    command: readonly string[],
    options: object,
  ): {
    readonly exitCode: number
    readonly resourceUsage: { readonly cpuTime: { readonly total: bigint | number } }
  }
}

function measure(command: readonly string[]): Run {
  const { Bun: bun } = globalThis as unknown as { Bun: BunSpawn }
  const runs = Array.from({ length: ROUNDS }, (): Run => {
    const { exitCode, resourceUsage } = bun.spawnSync(command, {
      stdout: 'ignore',
      stderr: 'ignore',
      timeout: LIMIT_MS,
    })
    // The exit code 1 of `check` means that it has found something.
    if (exitCode !== 0 && exitCode !== 1) throw new Error(`${command.join(' ')} ended with ${exitCode}`)
    return { cpuMs: Number(resourceUsage.cpuTime.total) / 1000 }
  })
  return { cpuMs: median(runs.map(({ cpuMs }) => cpuMs)) }
}
