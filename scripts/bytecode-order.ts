/**
 * Runs the program as a container does and has Bun write down which functions that takes: built again with it, what starts
 * use lies together, and a fourth of the pages is read.
 */
import { execa } from 'execa'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** A run lists some 14,000. */
const FEWEST_ENTRIES = 1000
/** One letter for its kind and a hash. */
const ENTRY = /^[A-Z] [0-9a-f]{16}/

/** @param executable of this machine, whose engine obeys its environment. @returns the files to build with, in order */
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
  // Most wrappers wait, then run; many only run.
  const waiting = start('waiting', '--wait-file', join(runDir, 'running/ready'))
  await new Promise((isWaiting) => waiting.stderr.once('data', isWaiting))
  const ends = await Promise.all([start('running'), waiting])
  const orders = [order('running'), order('waiting')]
  const lengths = await Promise.all(orders.map(countEntries))
  if (lengths.every((length) => length >= FEWEST_ENTRIES)) return orders
  // It works without as well, but every start reads more pages.
  const told = ends.map(({ stderr }) => stderr).join('\n')
  process.stderr.write(`build: only ${lengths.join(' and ')} entries of an order were recorded; it printed:\n${told}\n`)
  return orders.filter((_, index) => (lengths[index] ?? 0) > 0)
}

async function countEntries(file: string): Promise<number> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  return lines.filter((line) => ENTRY.test(line)).length
}
