/** `podorder check` on the command line. */
import type { Command } from 'commander'

/** @param end takes the exit code */
export function addCheck(program: Command, end: (code: number) => void): void {
  program.command('check').action(() => end(2))
}
