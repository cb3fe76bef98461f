/** Asks real shells for their proposals for a line, with the scripts of `podorder completion`. */
import { execa } from 'execa'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from './installed.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** The shells on this machine. In CI all are installed. */
export const INSTALLED = SHELLS.filter((shell) => findProgram(shell) !== undefined)

/**
 * A script that runs zsh on a terminal, since only zsh's line editor has completion. It shows the text that zsh would add. It reads
 * the terminal until marks appear, so it depends on no time.
 */
const ZSH_DRIVER = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1= PS2=; stty -echo; autoload -Uz compinit; compinit -u -D; source ./script.zsh
compadd() {
  local -a hits
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  builtin compadd -A hits "$@"
  (( #hits )) && print -rl -- "$IPREFIX"$^hits
  builtin compadd "$@"
}
finish() { print -r -- "<<end>>"; compstate[insert]= compstate[list]=; }
propose() { print -r -- "<<begin>>"; comppostfuncs=(finish); _main_complete; }
zle -C propose complete-word propose
bindkey "^I" propose
print "<<ready"">>"'
zpty -r shell out '*<<ready>>*'
for line in "$@"; do
  zpty -n -w shell "$line"$'\\t'
  zpty -r shell out '*<<end>>*'
  print -r -- "\${\${out##*<<begin>>}%<<end>>*}<<line>>"
  zpty -n -w shell $'\\x15'
done
zpty -d shell
`

/** @returns for each line, the sorted proposals for its last word, as the shell writes them */
export async function completeLines(
  shell: Shell,
  lines: readonly string[],
  dir: string,
): Promise<readonly (readonly string[])[]> {
  const { stdout: script } = await execa('dist/podorder', ['completion', shell])
  writeFileSync(join(dir, `script.${shell}`), script)
  const options = { cwd: dir, env: { HOME: dir, TERM: 'dumb', LC_ALL: 'C.UTF-8' } }
  switch (shell) {
    case 'bash': {
      const answers = lines.map((line) => execa('bash', ['-c', BASH_DRIVER, line, ...splitAsBash(line)], options))
      return (await Promise.all(answers)).map(({ stdout }) => sortLines(stdout))
    }
    case 'fish': {
      const driver = 'source script.fish; complete -C "$argv[1]"'
      const answers = lines.map((line) => execa('fish', ['--no-config', '-c', driver, line], options))
      return (await Promise.all(answers)).map(({ stdout }) => sortLines(stdout.replaceAll(/\t.*/g, '')))
    }
    case 'zsh': {
      const { stdout } = await execa('zsh', ['-f', '-c', ZSH_DRIVER, 'zsh', ...lines], options)
      return stdout.split('<<line>>').slice(0, -1).map(sortLines)
    }
  }
}

/** A script that sets the variables as readline does: the line, the words, and the cursor at the end. */
const BASH_DRIVER = `
source ./script.bash
COMP_LINE=$0 COMP_POINT=\${#0} COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_podorder
((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"
`

/** Splits a line at spaces, and at the = and : of COMP_WORDBREAKS, which become words. */
function splitAsBash(line: string): readonly string[] {
  const words = line.match(/"[^"]*"?|(?:\\.|[^\s:="])+|[:=]+/g) ?? []
  return /\s$/.test(line) ? [...words, ''] : words
}

function sortLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .toSorted()
}
