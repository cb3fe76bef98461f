/** `podorder explain` on the command line. */
import type { Command } from 'commander'

/** @param end takes the exit code */
export function addExplain(program: Command, end: (code: number) => void): void {
  program.command('explain').action(() => end(2))
}
