/**
 * Completion of `kubectl podorder`: kubectl looks on PATH for an executable `kubectl_complete-podorder`, calls it with the
 * words behind the plugin's name, the last one unfinished, and reads proposals and, in the last line, a directive of cobra
 * (kubectl, pkg/cmd/plugin/plugin_completion.go; cobra, ShellCompDirective). Pure.
 */
import type { ProgramWords } from './command-words.ts'
import { formatBash } from './completion-bash.ts'

/** ShellCompDirectiveNoFileComp, and the same with ShellCompDirectiveNoSpace: a directory goes on. */
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
