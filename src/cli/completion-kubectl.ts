/**
 * Completion of `kubectl podorder`. kubectl runs an executable `kubectl_complete-podorder` from PATH with the words after the
 * plugin's name, the last one incomplete. It reads proposals and, in the last line, a directive of cobra (kubectl,
 * pkg/cmd/plugin/plugin_completion.go; cobra, ShellCompDirective). Pure.
 */
import type { ProgramWords } from './command-words.ts'
import { formatBash } from './completion-bash.ts'

/** ShellCompDirectiveNoFileComp, alone and with ShellCompDirectiveNoSpace, which lets the user continue a directory. */
const NO_FILES = 4
const NO_FILES_NO_SPACE = 6

export function formatKubectl(program: ProgramWords): string {
  return `#!/usr/bin/env bash
${formatBash(program)}
# Called where paths are proposed.
compopt() { paths=1; }

paths=0 directive=${NO_FILES}
COMP_WORDBREAKS=' '
COMP_WORDS=(${program.name} "$@")
COMP_CWORD=$#
printf -v COMP_LINE ' %s' "\${COMP_WORDS[@]}"
COMP_POINT=\${#COMP_LINE}
_${program.name}
for word in "\${COMPREPLY[@]}"; do
  if ((paths)) && [[ -d \${word#--*=} ]]; then word=$word/ directive=${NO_FILES_NO_SPACE}; fi
  printf '%s\\n' "$word"
done
printf ':%s\\n' "$directive"
`
}
