/** A short run of the fuzzer; `bench/fuzz.ts` makes it as long as one likes. */
import test from 'ava'
import { fuzz } from '../support/fuzz.ts'

test('whatever it is sent, it answers, and no word of an annotation becomes one of a command', async (t) => {
  const { answers, faults } = await fuzz(1, 5000)
  t.deepEqual(faults, [])
  for (const kind of ['rewritten', 'denied', 'unchanged', '400']) t.true((answers[kind] ?? 0) > 10, kind)
})
