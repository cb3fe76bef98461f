/**
 * `bun bench/fuzz.ts [--runs 10000000] [--seed 1]`: sends random, unusual pods and annotations to the webhook's code. The exit code is
 * 1 when a property does not hold. The printed seed makes the same pod again.
 */
import { parseArgs } from 'node:util'
import { fuzz } from '../test/support/fuzz.ts'

const BATCH = 100_000

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000000' }, seed: { type: 'string', default: '1' } },
})
const [runs, seed] = [Number(values.runs), Number(values.seed)]
if (!Number.isSafeInteger(runs) || !Number.isSafeInteger(seed) || runs < 1) {
  process.stderr.write('usage: bun bench/fuzz.ts [--runs NUMBER] [--seed NUMBER]\n')
  process.exit(2)
}
for (let done = 0; done < runs; done += BATCH) {
  const { answers, faults, slowestMs } = await fuzz(seed + done, Math.min(BATCH, runs - done))
  const counts = Object.entries(answers).map(([kind, count]) => `${count} ${kind}`)
  process.stdout.write(`from seed ${seed + done}: ${counts.join(', ')}; slowest ${slowestMs.toFixed(1)} ms\n`)
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  if (faults.length > 0) process.exit(1)
}
