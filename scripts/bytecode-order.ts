/**
 * Runs the program as a container does and has Bun write down which functions that takes: built again with it, what starts
 * use lies together, and a fourth of the pages is read.
 */
import { execa } from 'execa'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'

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
  await Promise.all([waiting, start('running')])
  return [order('running'), order('waiting')]
}
