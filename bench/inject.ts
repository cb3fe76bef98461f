/** Measures `podorder inject` and `import` with large files: the time with start-up and output, and the growth of the files. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writePods, writeSteps } from '../test/support/manifest.ts'
import { writeCompose } from './growth-input.ts'
import { msBetween, readClock } from './clock.ts'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { startProcess } from './processes.ts'
import { median } from './statistics.ts'
import { ENTRYPOINT } from './tools.ts'

const PODORDER = join(dirname(ENTRYPOINT), 'podorder')
const ROUNDS = 5
const COUNTS = [10, 100, 200, 1000, 10_000]
const DOCUMENTS = 10_000
const STEPS_LIMIT_MS = 200
const DOCUMENTS_LIMIT_MS = 4000
const GROWTH_LIMIT_KB = 250
const SERVICES = 100
const SERVICES_LIMIT_MS = 300

interface Rewritten {
  readonly ms: number
  /** The growth of the text in bytes. */
  readonly bytes: number
}

export async function measureInject({ directory }: Bench): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  const grown = new Map<number, number>()
  for (const count of COUNTS) {
    const { ms, bytes } = await rewrite(['inject', '-f'], writeSteps(count), join(directory, `${count}.yaml`))
    grown.set(count, bytes)
    figures.push({
      name: `inject, one pod of ${count} steps`,
      unit: 'ms',
      values: { [OURS]: ms },
      bars: count === 1000 ? [setBar(`<= ${STEPS_LIMIT_MS} ms`, ms, STEPS_LIMIT_MS)] : [],
    })
  }
  const { ms } = await rewrite(['inject', '-f'], writePods(DOCUMENTS), join(directory, 'documents.yaml'))
  figures.push({
    name: `inject, ${DOCUMENTS} documents of a pod each`,
    unit: 'ms',
    values: { [OURS]: ms },
    bars: [setBar(`<= ${DOCUMENTS_LIMIT_MS} ms`, ms, DOCUMENTS_LIMIT_MS)],
  })
  const imported = await rewrite(['import'], writeCompose(SERVICES), join(directory, 'compose.yaml'))
  figures.push({
    name: `import, a compose file of ${SERVICES} services`,
    unit: 'ms',
    values: { [OURS]: imported.ms },
    bars: [setBar(`<= ${SERVICES_LIMIT_MS} ms`, imported.ms, SERVICES_LIMIT_MS)],
  })
  const perContainer = (from: number, to: number) => ((grown.get(to) ?? 0) - (grown.get(from) ?? 0)) / (to - from)
  const few = perContainer(10, 100)
  const deviation = Math.abs(perContainer(100, 1000) / few - 1) * 100
  const growth = (grown.get(200) ?? 0) / 1000
  figures.push(
    { name: 'bytes that a container more adds', unit: '', values: { [OURS]: few }, bars: [] },
    {
      name: 'percent that they differ by between 10 and 1,000 containers',
      unit: '',
      values: { [OURS]: deviation },
      bars: [setBar('<= 5', deviation, 5)],
    },
    {
      name: 'kB that a pod of 200 containers becomes longer by',
      unit: '',
      values: { [OURS]: growth },
      bars: [setBar(`<= ${GROWTH_LIMIT_KB}`, growth, GROWTH_LIMIT_KB)],
    },
  )
  return figures
}

async function rewrite(words: readonly string[], text: string, file: string): Promise<Rewritten> {
  writeFileSync(file, text)
  const times: number[] = []
  let bytes = 0
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = readClock()
    const run = await startProcess([PODORDER, ...words, file], { stdout: 'pipe', stderr: 'pipe' })
    const { code, stdout, stderr } = await run.ended
    times.push(msBetween(startedAt, readClock()))
    if (code !== 0) throw new Error(`podorder ${words.join(' ')} ended with ${code}: ${stderr.trim()}`)
    bytes = stdout.length - text.length
  }
  return { ms: median(times), bytes }
}
