/** Completion for fish: a script that contains all words. Pure. */
import {
  type CommandWords,
  MANIFEST_SUFFIXES,
  type OptionWords,
  type ProgramWords,
  type ValueWords,
} from './command-words.ts'

export function formatFish(program: ProgramWords): string {
  const { name, options, commands } = program
  const lines = [
    ...options.map((option) => formatOption(name, '', option)),
    ...commands.map((command) => complete(name, '', `-a ${command.name} -d ${quote(command.summary)}`)),
    ...commands.flatMap((command) => formatCommand(name, command)),
  ]
  return `# fish completion of ${name}; made by: ${name} completion fish

# Whether the cursor is behind this command, or behind none where that is empty.
function __${name}_behind
  set -l words (commandline -opc)
  contains -- -- $words; and return 1
  set -l operands (string match -rv '^-.' -- $words[2..-1])
  test "$operands[1]" = "$argv[1]"
end

# Paths that match, and directories. Behind a colon fish would begin a path anew.
function __${name}_paths
  set -l token (commandline -ct | string replace -r -- '^--[^=]*=' '')
  for path in (complete -C "'' $token" | string replace -r '\\t.*' '' | string match -r -- ".*(?:/|$argv[1])\\$")
    test -e (string replace -r '^~/' "$HOME/" -- $path); and echo $path
  end
end

complete -c ${name} -f
complete -c kubectl-${name} -w ${name}
${lines.join('\n')}
`
}

function formatCommand(program: string, { name, options, operand }: CommandWords): readonly string[] {
  const values = operand === undefined ? '' : formatValues(program, operand)
  return [
    ...options.map((option) => formatOption(program, name, option)),
    ...(values === '' ? [] : [complete(program, name, values)]),
  ]
}

function formatOption(program: string, command: string, option: OptionWords): string {
  const { flags, summary, value, valueOptional } = option
  const spelled = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const values = value === undefined ? [] : [formatValues(program, value)]
  const needed = value === undefined || valueOptional ? [] : ['-x']
  const parts = [...spelled, ...needed, ...values, `-d ${quote(summary)}`].filter((part) => part !== '')
  return complete(program, command, parts.join(' '))
}

function formatValues(program: string, value: ValueWords): string {
  switch (value.kind) {
    case 'choice':
      return `-a ${quote(value.words.join(' '))}`
    case 'manifest':
      return `-a '(__${program}_paths "\\.(?:${MANIFEST_SUFFIXES.join('|')})")'`
    case 'directory':
      return `-a '(__${program}_paths /)'`
    case 'file':
      return `-a '(__${program}_paths "")'`
    case 'anything':
      return ''
  }
}

function complete(program: string, command: string, what: string): string {
  return `complete -c ${program} -n '__${program}_behind "${command}"' ${what}`
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}
