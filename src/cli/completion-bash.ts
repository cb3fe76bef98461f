/**
 * Completion for bash, with or without the package bash-completion. It uses only features of bash 3.2, the version of macOS. The
 * script contains all words: calling the program would take its start-up time at each press of Tab. Pure.
 */
import { type CommandWords, MANIFEST_SUFFIXES, type ProgramWords, type ValueWords } from './command-words.ts'

export function formatBash(program: ProgramWords): string {
  const { name } = program
  return `# bash completion of ${name}; made by: ${name} completion bash

# What may stand there: $1 is the command; $2 an option that takes a value, or "options" or "operand".
_${name}_kind() {
  list=
  case "$1 $2" in
${listCases(program).join('\n')}
    *) return 1 ;;
  esac
}

_${name}_paths() {
  local path manifest='\\.(${MANIFEST_SUFFIXES.join('|')})$'
  while IFS= read -r path; do
    if [[ $kind != file && ! -d \${path/#~\\//$HOME/} ]]; then
      [[ $kind == manifest && $path =~ $manifest ]] || continue
    fi
    COMPREPLY[\${#COMPREPLY[@]}]=$path
  done < <(compgen -f -- "$1")
  compopt -o filenames 2>/dev/null || :
}

_${name}() {
  local line=\${COMP_LINE:0:COMP_POINT} words last=-1 i rest piece word command= option= given= kind list breaks=
  COMPREPLY=() words=()
  # bash takes words apart at : and =; what no blank separates is one word here.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    rest=\${line#"\${line%%[![:space:]]*}"}
    if ((i == COMP_CWORD)); then piece=$rest; else piece=\${COMP_WORDS[i]}; fi
    if ((last < 0)) || [[ $rest != "$line" ]]; then words[++last]=; fi
    words[last]+=$piece
    line=\${rest#"$piece"}
  done
  for ((i = 1; i < last; i++)); do
    word=\${words[i]}
    if [[ -n $option ]]; then
      option=
    elif [[ $word == -- ]]; then
      return
    elif [[ $word == -?* ]]; then
      _${name}_kind "$command" "$word" && option=$word
    elif [[ -z $command ]]; then
      command=$word
    fi
  done
  word=\${words[last]}
  [[ $COMP_WORDBREAKS == *:* ]] && breaks+=:
  [[ $COMP_WORDBREAKS == *=* ]] && breaks+==
  case $word in
    [\\"\\']*) word=\${word#?} breaks= ;;
    *) word=\${word//\\\\/} ;;
  esac
  local whole=$word
  if [[ -z $option && $word == --*=* ]]; then
    option=\${word%%=*} given=$option= word=\${word#*=}
    _${name}_kind "$command" "$option" || _${name}_kind "$command" "$given" || return
  elif [[ -n $option ]]; then
    _${name}_kind "$command" "$option"
  elif [[ $word == -* ]]; then
    _${name}_kind "$command" options || return
  else
    _${name}_kind "$command" operand || return
  fi
  case $kind in
    choice) COMPREPLY=($(compgen -W "$list" -- "$word")) ;;
    anything) return ;;
    *) _${name}_paths "$word" ;;
  esac
  # What readline replaces begins behind the last break.
  local kept=
  [[ -n $breaks ]] && kept=\${whole%"\${whole##*[$breaks]}"}
  for i in "\${!COMPREPLY[@]}"; do
    COMPREPLY[i]=$given\${COMPREPLY[i]}
    COMPREPLY[i]=\${COMPREPLY[i]#"$kept"}
  done
}

complete -F _${name} ${name} kubectl-${name}
`
}

/** A `case` branch for each list of choices or kind of file; the script itself answers for both. */
function listCases({ options, commands }: ProgramWords): readonly string[] {
  const program: CommandWords = {
    name: '',
    summary: '',
    options,
    operand: { kind: 'choice', words: commands.map(({ name }) => name) },
  }
  return [program, ...commands].flatMap((command) => [
    formatCase(command, 'options', { kind: 'choice', words: command.options.flatMap(({ flags }) => flags) }),
    ...(command.operand === undefined ? [] : [formatCase(command, 'operand', command.operand)]),
    ...command.options.flatMap(({ flags, value, valueOptional }) =>
      value === undefined ? [] : flags.map((flag) => formatCase(command, valueOptional ? `${flag}=` : flag, value)),
    ),
  ])
}

function formatCase({ name }: CommandWords, where: string, value: ValueWords): string {
  const list = value.kind === 'choice' ? ` list='${value.words.join(' ')}'` : ''
  return `    '${name} ${where}') kind=${value.kind}${list} ;;`
}
