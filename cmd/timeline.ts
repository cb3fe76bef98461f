/** `podorder timeline` on the command line. */
import type { Command } from 'commander'

/** @param end takes the exit code */
export function addTimeline(program: Command, end: (code: number) => void): void {
  program.command('timeline').action(() => end(2))
}
