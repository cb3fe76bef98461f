/** Whether this process is called as Tekton's entrypoint. No imports: it is on the hot path of every container. */

const SUBCOMMANDS: Readonly<Record<string, (words: number) => boolean>> = {
  cp: (words) => words === 2,
  init: (words) => words >= 2,
  'step-init': () => true,
  'decode-script': (words) => words === 1,
}

/**
 * Tekton's controller names the program, or by a variable the programs of several platforms; its init containers name a
 * subcommand.
 * @param hasVariable asked last, since looking costs more than the words do
 */
export function isTektonMode(argv: readonly string[], hasVariable: (name: string) => boolean): boolean {
  const [first = ''] = argv
  if (Object.hasOwn(SUBCOMMANDS, first) && SUBCOMMANDS[first]?.(argv.length - 1) === true) return true
  return namesProgram(argv) || hasVariable('TEKTON_PLATFORM_COMMANDS')
}

function namesProgram(argv: readonly string[]): boolean {
  for (const word of argv) {
    if (word === '--') return false
    if (/^--?entrypoint(?:=|$)/.test(word)) return true
  }
  return false
}
