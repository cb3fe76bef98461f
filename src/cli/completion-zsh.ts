/** Completion for zsh: a script that contains all words. Pure. */
import {
  type CommandWords,
  MANIFEST_SUFFIXES,
  type OptionWords,
  type ProgramWords,
  type ValueWords,
} from './command-words.ts'

export function formatZsh({ name, options, commands }: ProgramWords): string {
  return `#compdef ${name} kubectl-${name}
# zsh completion of ${name}; made by: ${name} completion zsh

_${name}() {
  local curcontext=$curcontext state state_descr line
  local -A opt_args
  local -a commands
  (( \${words[(i)--]} < CURRENT )) && return 1
  _arguments -C ${formatArguments([...options.flatMap(formatOption), quote('1: :->command'), quote('*:: :->words')], 4)}
  case $state in
    command)
      commands=(
${commands.map((command) => `        ${quote(`${command.name}:${command.summary}`)}`).join('\n')}
      )
      _describe -t commands command commands
      ;;
    words)
      case $words[1] in
${commands.map(formatCommand).join('\n')}
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name} kubectl-${name}
fi
`
}

function formatCommand({ name, options, operand }: CommandWords): string {
  const operands = operand === undefined ? [] : [quote(`*:${name}:${formatAction(operand)}`)]
  return `        ${name})
          _arguments -s ${formatArguments([...options.flatMap(formatOption), ...operands], 12)}
          ;;`
}

function formatArguments(specifications: readonly string[], indent: number): string {
  return specifications.map((text) => `\\\n${' '.repeat(indent)}${text}`).join(' ')
}

/** Writes specifications for _arguments, one for each spelling. A spelling excludes the others unless the option is repeatable. */
function formatOption({ flags, summary, value, valueOptional, repeatable }: OptionWords): readonly string[] {
  const lead = repeatable ? '*' : `(${flags.join(' ')})`
  const says = `[${summary.replaceAll(/[\\\]]/g, String.raw`\$&`)}]`
  const action = value === undefined ? '' : `${valueOptional ? '::' : ':'}value:${formatAction(value)}`
  return flags.map((flag) => {
    const joint = value === undefined || !flag.startsWith('--') ? '' : valueOptional ? '=-' : '='
    return quote(`${lead}${flag}${joint}${says}${action}`)
  })
}

/** Uses _path_files, because _files proposes every file when none matches. */
function formatAction(value: ValueWords): string {
  switch (value.kind) {
    case 'choice':
      return `(${value.words.join(' ')})`
    case 'manifest':
      return `_path_files -g "*.(${MANIFEST_SUFFIXES.join('|')})(-.) *(-/)"`
    case 'directory':
      return '_path_files -/'
    case 'file':
      return '_files'
    case 'anything':
      return ' '
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
