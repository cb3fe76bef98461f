/**
 * Runs the program as a container does, and lets Bun record the functions that this uses. A second build with this order places those
 * functions together, so that a start reads a quarter of the pages.
 */
import { execa } from 'execa'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** The minimum number of recorded entries. A complete run has about 14,000. */
const FEWEST_ENTRIES = 1000
/** The beginning of an entry: a letter for its kind, and a hash. */
const ENTRY = /^[A-Z] [0-9a-f]{16}/

/**
 * Records the order of functions.
 * @param executable a build for this machine whose engine sees the environment
 * @returns the files to build with, in order
 */
export async function recordOrder(executable: string, directory: string): Promise<readonly string[]> {
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const runDir = resolve(directory, 'run')
  const order = (name: string) => join(directory, `${name}.order`)
  const start = (name: string, ...words: readonly string[]) =>
    execa(executable, ['--run-dir', runDir, '--name', name, ...words, '--', 'sleep', '0.1'], {
      env: { BUN_BYTECODE_ORDER_OUT: order(name) },
      stdout: 'ignore',
    })
  // Most wrappers wait before they run their command. The others run it at once.
  const waiting = start('waiting', '--wait-file', join(runDir, 'running/ready'))
  await new Promise((isWaiting) => waiting.stderr.once('data', isWaiting))
  const ends = await Promise.all([start('running'), waiting])
  const orders = [order('running'), order('waiting')]
  const lengths = await Promise.all(orders.map(countEntries))
  if (lengths.every((length) => length >= FEWEST_ENTRIES)) return orders
  // The build also works without an order, but each start then reads more pages.
  const told = ends.map(({ stderr }) => stderr).join('\n')
  process.stderr.write(`build: only ${lengths.join(' and ')} entries of an order were recorded; it printed:\n${told}\n`)
  return orders.filter((_, index) => (lengths[index] ?? 0) > 0)
}

async function countEntries(file: string): Promise<number> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  return lines.filter((line) => ENTRY.test(line)).length
}
