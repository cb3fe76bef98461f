/** `podorder graph` on the command line. */
import type { Command } from 'commander'

/** @param end takes the exit code */
export function addGraph(program: Command, end: (code: number) => void): void {
  program.command('graph').action(() => end(2))
}
