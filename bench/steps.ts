/** Measures the total time of hand-offs between steps. As with Tekton's controller, all start at once and wait for the previous one. */
import { mkdirSync } from 'node:fs'
import { STEPS } from './approaches/batch.ts'
import { msBetween, readClock } from './clock.ts'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { endProcess, startProcess } from './processes.ts'
import { median } from './statistics.ts'
import { ENTRYPOINT } from './tools.ts'

interface Pod {
  readonly name: string
  /** The duration of the work of each step, in s. */
  readonly steps: readonly number[]
  readonly limitMs: number
}

const PODS: readonly Pod[] = [
  { name: '20 steps of 0.2 s', steps: Array.from({ length: 20 }, () => 0.2), limitMs: 4200 },
  {
    name: 'ten steps of 0.03 to 0.7 s, 2.62 s of work',
    steps: STEPS,
    limitMs: 2750,
  },
]
const ROUNDS = 3

export async function measureSteps({ directory }: Bench): Promise<readonly Figure[]> {
  const tekton = process.env['TEKTON_ENTRYPOINT']
  const programs: readonly (readonly [string, string])[] = [
    ...(tekton === undefined ? [] : [['tekton', tekton] as const]),
    [OURS, ENTRYPOINT],
  ]
  const figures: Figure[] = []
  for (const { name, steps, limitMs } of PODS) {
    const values: Record<string, number> = {}
    for (const [candidate, program] of programs) {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        times.push(await timeSteps(program, steps, `${directory}/${candidate}-${steps.length}-${round}`))
      }
      values[candidate] = median(times)
    }
    figures.push({
      name: `Tekton mode, ${name}, wrappers started at once`,
      unit: 'ms',
      values,
      bars: [setBar(`<= ${limitMs} ms`, values[OURS], limitMs)],
    })
  }
  return figures
}

/** @returns the time from the first start to the last end, in ms */
async function timeSteps(program: string, steps: readonly number[], directory: string): Promise<number> {
  mkdirSync(directory)
  const startedAt = readClock()
  const runs = await Promise.all(
    steps.map((seconds, index) => {
      const own = `${directory}/${index}`
      const wait = index === 0 ? [] : ['-wait_file', `${directory}/${index - 1}/out`]
      const files = ['-post_file', `${own}/out`, '-termination_path', `${own}/termination`]
      const flags = [...wait, ...files, '-step_metadata_dir', `${own}/status`]
      return startProcess([program, ...flags, '-entrypoint', 'sleep', '--', String(seconds)], { stderr: 'pipe' })
    }),
  )
  try {
    for (const run of runs) {
      const { code, stderr } = await run.ended
      if (code !== 0) throw new Error(`a step ended with ${code}: ${stderr.trim()}`)
    }
    return msBetween(startedAt, readClock())
  } finally {
    for (const run of runs) await endProcess(run)
  }
}
