/** Decides whether this process is called as Tekton's entrypoint. It has no imports, since every container's start runs it. */

const SUBCOMMANDS: Readonly<Record<string, (words: number) => boolean>> = {
  cp: (words) => words === 2,
  init: (words) => words >= 2,
  'step-init': () => true,
  'decode-script': (words) => words === 1,
}

/**
 * Recognizes three forms: Tekton's controller gives the option -entrypoint, or a variable with the commands of several platforms; its
 * init containers give a subcommand.
 * @param hasVariable called last, since it costs more time than the check of the words
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
